import type { Finding, Severity } from "../../domain/finding.ts"
import type { Look, Style } from "./look.ts"

/** Findings, worst first: where, what, and what to do about it. What is said of several things is said once. */
export function renderFindings(findings: readonly Finding[], look: Look): string {
  const order: readonly Severity[] = ["error", "warning", "info"]
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return alike(sorted)
    .map((group) => renderAlike(group, look))
    .join("\n")
}

export function renderFinding(finding: Finding, look: Look): string {
  return renderAlike([finding], look)
}

/** Findings that say the same of different things, at the place of the first. */
function alike(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const { severity, code, message, hint } = finding
    const key = JSON.stringify([severity, code, message, hint])
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()]
}

function renderAlike(group: readonly Finding[], look: Look): string {
  const [finding] = group
  if (!finding) return ""
  const styles: Readonly<Record<Severity, Style>> = { error: look.red, warning: look.yellow, info: look.cyan }
  const places = [...new Set(group.map(placeOf))].filter((place) => place !== "")
  const [only, ...more] = places
  const where = only !== undefined && more.length === 0 ? `${only}: ` : ""
  const head = `${styles[finding.severity](finding.severity)} ${where}${finding.message} ${look.dim(finding.code)}`
  const listed = more.length === 0 ? [] : places.map((place) => `  ${place}`)
  const hint = finding.hint === undefined ? [] : [`  ${look.dim("hint:")} ${finding.hint}`]
  return [head, ...listed, ...hint].join("\n")
}

/** The file's line and what it is about, each unless the message says it already. */
export function placeOf({ file, line, subject, message }: Finding): string {
  const at = file === undefined || message.includes(file) ? "" : `${file}${line ? `:${line}` : ""}`
  const about = subject === "" || subject === file || message.includes(subject) ? "" : subject
  return [at, about].filter((part) => part !== "").join(": ")
}
