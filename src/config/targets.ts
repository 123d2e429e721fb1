import type { TargetConfig } from "./config.ts"
import { gates } from "./gates.ts"
import { limits } from "./limits.ts"
import { probes } from "./probes.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { databaseUrl } from "./secrets.ts"
import { duration, flag, list, mapping, text, variablesOf } from "./values.ts"
import { Secret } from "./config.ts"

const keys = ["url", "schemas", "versions", "gates", "soak", "keep", "limits", "probes"] as const
const day = 86_400_000

export function targets(
  reading: Reading,
  field: Field | undefined,
  directory: string,
): Readonly<Record<string, TargetConfig>> {
  const result: Record<string, TargetConfig> = {}
  if (!field || isEmpty(field)) {
    reading.mistake(
      "CONFIG_MISSING",
      reading.root.line,
      "targets",
      "no target is named",
      "add targets: {NAME: {url: ${NAME_URL}}}",
    )
    return result
  }
  for (const [name, member] of mapping(reading, field, null)) {
    // A target's name is part of run ids, workflow ids and session names.
    if (!/^[a-z][a-z0-9_-]{0,30}$/.test(name))
      reading.mistake(
        "CONFIG_VALUE",
        member.line,
        member.path,
        `${name} can't be the name of a target`,
        "use up to 31 small letters, digits, - and _, starting with a letter",
      )
    else result[name] = readTarget(reading, name, member, directory)
  }
  return result
}

function readTarget(reading: Reading, name: string, field: Field, directory: string): TargetConfig {
  const members = mapping(reading, field, keys)
  if (isEmpty(members.get("url"))) {
    const hint = `add url: \${${name.toUpperCase().replaceAll("-", "_")}_URL}`
    reading.mistake("CONFIG_MISSING", field.line, field.path, `${field.path} needs a url`, hint)
  }
  const schemas = list(reading, members.get("schemas")).flatMap((item) => text(reading, item) ?? [])
  return {
    name,
    url: databaseUrl(reading, members.get("url"), directory) ?? new Secret(""),
    urlVariables: variablesOf(reading, members.get("url")),
    schemas: schemas.length > 0 ? schemas : ["public"],
    versions: versions(reading, members.get("versions")),
    gates: gates(reading, members.get("gates")),
    soakMs: duration(reading, members.get("soak"), 600_000),
    keepMs: duration(reading, members.get("keep"), 7 * day),
    limits: limits(reading, members.get("limits")),
    probes: probes(reading, members.get("probes")),
  }
}

function versions(reading: Reading, field: Field | undefined): TargetConfig["versions"] {
  const members = field ? mapping(reading, field, ["schemas", "roles"]) : new Map<string, Field>()
  const roles = members.get("roles")
  const names = roles ? mapping(reading, roles, ["old", "new"]) : new Map<string, Field>()
  return {
    schemas: flag(reading, members.get("schemas"), false),
    roles: { old: text(reading, names.get("old")), new: text(reading, names.get("new")) },
  }
}
