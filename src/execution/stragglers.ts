import type { OldShape } from "../domain/old-shape.ts"
import type { Plan } from "../domain/plan.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { StragglerLook } from "../domain/stragglers.ts"
import { takenAway } from "../planner/taken-away.ts"
import type { Session } from "../postgres/session.ts"
import { columnNamesSql, relationNamesSql } from "../postgres/sql/statement-statistics.ts"
import { readStatementStatistics, type StatementStatistics, type Words } from "../postgres/statement-statistics.ts"
import { loadParser } from "../sql/parser.ts"
import { shownStatement } from "../sql/shown-statement.ts"
import { usesOldShape } from "../sql/uses-old-shape.ts"

/** How much of a statement is kept: enough to find it in an application. */
const longestText = 200

/** What was read in the target; what it means is told without it, since a person waits and the line may be cut. */
export interface StragglerReading extends StatementStatistics {
  readonly at: string
  readonly shape: OldShape
}

/** Whether contract takes anything from applications that a statement's text could show. */
export async function hidesFromStatements(plan: Plan): Promise<boolean> {
  await loadParser()
  const { columns, schemas } = takenAway(plan)
  return columns.length > 0 || schemas.length > 0
}

/** Reads the statements that may use the shape that the plan's contract takes away. */
export async function readStragglers(session: Session, plan: Plan): Promise<StragglerReading> {
  await loadParser()
  const shape = await completed(session, takenAway(plan))
  const [clock] = await session.query<{ at: Date }>("SELECT clock_timestamp() AS at")
  const statistics = await readStatementStatistics(session, wordsOf(shape))
  return { ...statistics, at: (clock?.at ?? new Date()).toISOString(), shape }
}

/** Those that do use it, ready to be kept. */
export function lookOf({ shape, statements, ...reading }: StragglerReading, decidedAt: number): StragglerLook {
  return {
    ...reading,
    decidedAt,
    statements: statements
      .filter(({ text }) => usesOldShape(text, shape))
      .map((statement) => ({ ...statement, text: shownStatement(statement.text, longestText) })),
  }
}

/** With the tables' partitions, with other relations that have a column of such a name, and with all there are. */
async function completed(
  session: Session,
  { columns, schemas }: Pick<OldShape, "columns" | "schemas">,
): Promise<OldShape> {
  const rows = await session.query<{ schema: string; name: string; column: string; own: boolean }>(columnNamesSql, [
    columns.map(({ relation }) => relation.schema),
    columns.map(({ relation }) => relation.name),
    columns.map(({ column }) => column),
  ])
  const named = (isOwn: boolean): readonly ColumnName[] =>
    rows
      .filter(({ own, schema }) => own === isOwn && !schemas.includes(schema))
      .map(({ schema, name, column }) => ({ relation: { schema, name }, column }))
  const known = await session.query<RelationName>(relationNamesSql)
  return { columns: named(true), schemas, elsewhere: named(false), known }
}

function wordsOf({ columns, schemas }: OldShape): readonly Words[] {
  return [
    ...columns.map(({ relation, column }): Words => [inText(relation.name), inText(column)]),
    ...schemas.map((schema): Words => [inText(schema), ""]),
  ]
}

/** As a name stands in a text, whichever way it is quoted. */
function inText(name: string): string {
  return name.replaceAll('"', '""').toLowerCase()
}
