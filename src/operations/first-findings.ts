import type { Finding } from "../domain/finding.ts"

/** As many are told one by one: a table may have thousands of partitions, and each the same to be said of it. */
const most = 5

/** Findings of one code about one partition each; where there are more, the last one counts the rest. */
export function firstFindings(findings: readonly Finding[], subject: string): readonly Finding[] {
  const rest = findings.slice(most)
  const [next] = rest
  if (!next || rest.length === 1) return findings
  const message = `The same is to be said ${rest.length} times more, about ${next.subject} first: ${next.message}`
  return [...findings.slice(0, most), { ...next, subject, message }]
}
