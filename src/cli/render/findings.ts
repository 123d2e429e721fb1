import type { Finding, Severity } from "../../domain/finding.ts"
import type { Look, Style } from "./look.ts"

/** Findings, worst first: where, what, and what to do about it. */
export function renderFindings(findings: readonly Finding[], look: Look): string {
  const order: readonly Severity[] = ["error", "warning", "info"]
  return findings
    .toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
    .map((finding) => renderFinding(finding, look))
    .join("\n")
}

export function renderFinding(finding: Finding, look: Look): string {
  const styles: Readonly<Record<Severity, Style>> = { error: look.red, warning: look.yellow, info: look.cyan }
  const head = `${styles[finding.severity](finding.severity)} ${placeOf(finding)}${finding.message} ${look.dim(finding.code)}`
  return finding.hint === undefined ? head : `${head}\n  ${look.dim("hint:")} ${finding.hint}`
}

/** Where, unless the message says it already. */
function placeOf({ file, line, subject, message }: Finding): string {
  if (file !== undefined && !message.includes(file)) return `${file}${line ? `:${line}` : ""}: `
  return subject === "" || message.includes(subject) ? "" : `${subject}: `
}
