import type { ProbeConfig } from "./config.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { count, duration, list, mapping, text } from "./values.ts"

const keys = ["name", "url", "sql", "expect", "every", "failuresAllowed"] as const

/** The probes that soak watches: HTTP addresses, or queries with an expectation. */
export function probes(reading: Reading, field: Field | undefined): readonly ProbeConfig[] {
  const names = new Set<string>()
  return list(reading, field).flatMap((item) => {
    const probe = readProbe(reading, item)
    if (!probe) return []
    if (names.has(probe.name))
      reading.mistake("CONFIG_VALUE", item.line, item.path, `two probes bear the name ${probe.name}`)
    names.add(probe.name)
    return [probe]
  })
}

function readProbe(reading: Reading, field: Field): ProbeConfig | null {
  const before = reading.mistakes.length
  const members = mapping(reading, field, keys)
  const name = text(reading, members.get("name"))
  const every = duration(reading, members.get("every"), 5000, 100)
  const failuresAllowed = count(reading, members.get("failuresAllowed"), 3, { least: 0, most: 1000 })
  const common = { name: name ?? "", everyMs: every, failuresAllowed }
  if (isEmpty(members.get("name")))
    reading.mistake("CONFIG_MISSING", field.line, field.path, `${field.path} needs a name`)
  const [url, sql, expect] = (["url", "sql", "expect"] as const).map((key) => text(reading, members.get(key)))
  if (reading.mistakes.length > before) return null
  if (url && !sql) {
    const problem = addressProblem(url)
    if (problem === null) return { ...common, kind: "http", url }
    reading.mistake("CONFIG_VALUE", field.line, `${field.path}.url`, `${field.path}.url ${problem}`)
  } else if (sql && !url && expect) {
    if (/^\s*(<=?|>=?|=|!=)\s*\S/.test(expect)) return { ...common, kind: "sql", sql, expect }
    const message = `${field.path}.expect must be a comparison`
    reading.mistake("CONFIG_VALUE", field.line, `${field.path}.expect`, message, 'for example "< 10"')
  } else {
    const message = `${field.path} needs either url, or sql together with expect`
    reading.mistake("CONFIG_MISSING", field.line, field.path, message)
  }
  return null
}

/** What is wrong with a probe's address; null: nothing. */
function addressProblem(url: string): string | null {
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) return "is not an http(s) address"
  const { username, password } = new URL(url)
  return username === "" && password === "" ? null : "holds a login: a health address has to answer without one"
}
