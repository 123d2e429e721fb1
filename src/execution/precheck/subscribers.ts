import type { Finding } from "../../domain/finding.ts"
import type { Plan } from "../../domain/plan.ts"
import { displayName, type RelationName } from "../../domain/relation.ts"
import { publicationsOf } from "../../postgres/publications.ts"
import type { Session } from "../../postgres/session.ts"
import { qualified } from "../../sql/sql.ts"
import type { TargetRun } from "../target-run.ts"

/** The run's new columns, and who would have to know them. */
export async function checkSubscribers(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  return subscriberFindings(session, plan)
}

/**
 * Tables that a publication sends and that get columns: a subscriber whose table lacks one stops at the first row, and
 * keeps its slot, with all the log behind it, until it has them.
 */
export async function subscriberFindings(
  session: Session,
  { steps }: Pick<Plan, "steps">,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { relation, columns } of addedColumns(steps)) {
    const publications = await publicationsOf(session, relation)
    if (publications.length > 0) findings.push(stops(relation, columns, publications))
  }
  return findings
}

interface Added {
  readonly relation: RelationName
  /** As the statements write them, with their types. */
  readonly columns: string[]
}

/** As our own statements add them, one after the other. */
function addedColumns(steps: Plan["steps"]): readonly Added[] {
  const found = new Map<string, Added>()
  for (const { phase, back, sql } of steps) {
    if (back || phase === "contract" || phase === "purge") continue
    for (const [, table = "", list = ""] of sql.matchAll(/^ALTER TABLE (.+?)\s+(ADD COLUMN [^;]*);/gms)) {
      const relation = steps.flatMap(({ relations }) => relations).find((one) => qualified(one) === table)
      if (!relation) continue
      const columns = found.get(table)?.columns ?? []
      columns.push(
        ...list.split(/,\s*(?=ADD COLUMN )/).map((one) => one.replace(/^ADD COLUMN | NOT NULL$/g, "").trim()),
      )
      found.set(table, { relation, columns })
    }
  }
  return [...found.values()]
}

function stops(relation: RelationName, columns: readonly string[], publications: readonly string[]): Finding {
  const sent = `${publications.length === 1 ? "publication" : "publications"} ${publications.join(", ")}`
  const add = columns.map((column) => `ADD COLUMN ${column}`).join(", ")
  return {
    code: "SUBSCRIBER_STOPS",
    severity: "warning",
    subject: displayName(relation),
    message: `${sent} sends it with every column, and it gets new ones in expand: a subscriber that lacks one stops at the first row, and its slot keeps the log until it has it`,
    hint: `On each subscriber, before the run starts: ALTER TABLE ${qualified(relation)} ${add}; (none of them NOT NULL there). See docs/applications.md, 'A table that is published'.`,
  }
}
