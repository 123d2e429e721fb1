import type { ErrorFinding } from "./errors.ts"
import type { Finding } from "./finding.ts"
import { firstFew } from "./first-few.ts"
import type { StragglersSeen } from "./stragglers.ts"

const fewRoles = 5
const fewStatements = 3

/** Why `proceed` is refused at the contract gate; null where nothing of the old shape ran since the last look. */
export function stragglerRefusal(run: string, seen: StragglersSeen): ErrorFinding | null {
  if (seen.statements.length === 0) return null
  return {
    code: "STRAGGLERS_SEEN",
    subject: run,
    message: whatRan(seen),
    hint: `Contract would break what runs them. Take it out, wait for as long as it may rest between two calls, and proceed again: then only what ran since now counts. Or go back: sluice abort ${run}`,
  }
}

/** What a person should know of it before deciding. */
export function stragglerFindings(run: string, seen: StragglersSeen): readonly Finding[] {
  const { statements, unknown } = seen
  return [
    ...(statements.length === 0
      ? []
      : [
          {
            code: "STRAGGLERS_SEEN",
            severity: "warning" as const,
            subject: run,
            message: whatRan(seen),
            hint: "`proceed` looks again, and is refused where they have run since the gate opened.",
          },
        ]),
    ...(unknown === null
      ? []
      : [
          {
            code: "STRAGGLERS_UNKNOWN",
            severity: "info" as const,
            subject: run,
            message: `Whether statements still use the old shape is unknown${statements.length === 0 ? "" : " beyond those"}: ${unknown.reason}`,
            hint: unknown.hint,
          },
        ]),
  ]
}

function whatRan({ since, statements }: StragglersSeen): string {
  const roles = firstFew([...new Set(statements.map(({ role }) => role))], fewRoles)
  const texts = firstFew(
    // Each temporary table, for one, makes the same text another statement.
    [...new Set(statements.map(({ text }) => text))],
    fewStatements,
    "; ",
  )
  const many = statements.length === 1 ? "1 statement" : `${statements.length} statements`
  const when = since === null ? "in view for the first time, which may run still" : `ran since ${since}`
  return `${many} of the old shape ${when}, as ${roles}: ${texts}`
}
