import { hasErrors } from "../domain/finding.ts"
import { findTable } from "../catalog/model.ts"
import { z } from "zod"
import type { Catalog } from "../catalog/model.ts"
import type { Capability } from "../domain/capability.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { hashOf } from "../domain/hash.ts"
import { lockModes } from "../domain/lock.ts"
import type { RelationName } from "../domain/relation.ts"
import type { SqlStep } from "../domain/step.ts"
import { sql as sqlText } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import type { Operation, OperationContext } from "./operation.ts"
import { behaviourOf } from "./raw-sql/alone.ts"
import { checkScript } from "./raw-sql/check.ts"
import { readRawScript, relationsOf, withTablesOfIndexes } from "./raw-sql/script.ts"
import type { RawScript } from "./raw-sql/script.ts"
import { inTransaction, standingAlone } from "./raw-sql/text.ts"

const input = z.strictObject({
  up: z.string().min(1).describe("Statements that run in expand. Unqualified names mean the target's first schema."),
  down: z.string().min(1).optional().describe("The way back. Without it the change can't be undone."),
  onComplete: z
    .union([z.boolean(), z.string().min(1)])
    .optional()
    .describe(
      "true: up runs at contract instead. Or statements that run at contract besides up; they have no way back.",
    ),
})
export type SqlInput = z.infer<typeof input>

/**
 * Raw SQL, for what no operation covers. What it touches is opaque: the model of the catalog isn't changed by it, and
 * the planner refuses later operations of the same plan on the same relations (see {@link opaqueRelations}).
 *
 * Whether arbitrary SQL has been done can't be seen in a catalog. Its step therefore always answers `before`, and runs
 * in one transaction with its journal row: the row is there exactly when the work is. Statements that can't run in a
 * transaction stand alone, and only such are allowed of which the catalog does tell (concurrent index builds), or
 * which do no harm when repeated (VACUUM, REINDEX CONCURRENTLY).
 */
export const sqlOperation: Operation<SqlInput> = {
  kind: "sql",
  summary: "Runs SQL statements as they stand, with a way back that you write.",
  input,
  examples: [
    {
      title: "A view for reports",
      given: "CREATE TABLE employees (id bigint PRIMARY KEY, name text NOT NULL);",
      input: {
        up: "CREATE VIEW employee_names AS SELECT id, name FROM employees",
        down: "DROP VIEW employee_names",
      },
    },
    {
      title: "An index that is built while the table is written to",
      given: "CREATE TABLE employees (id bigint PRIMARY KEY, name text NOT NULL);",
      input: { up: "CREATE INDEX CONCURRENTLY employees_lower_name ON employees (lower(name))" },
    },
  ],
  relations: (given, { defaultSchema }) => scriptsOf(given).flatMap((script) => relationsOf(script, defaultSchema)),
  check: (given, _before, { defaultSchema }) => {
    const late = given.onComplete === true
    const findings = [
      ...checkScript(given.up, "up", late, defaultSchema),
      ...(given.down === undefined ? [] : checkScript(given.down, "down", late, defaultSchema)),
      ...(typeof given.onComplete === "string" ? checkScript(given.onComplete, "onComplete", true, defaultSchema) : []),
    ]
    if (hasErrors(findings)) return findings
    return [...findings, ...undoFindings(given, defaultSchema)]
  },
  after: (_given, before) => before,
  expand: (given, before, context) =>
    given.onComplete === true ? [] : [stepOf("expand", given.up, given.down, before, context)],
  sync: () => null,
  contract: (given, before, context) => {
    if (given.onComplete === true) return [stepOf("contract", given.up, given.down, before, context)]
    return typeof given.onComplete === "string"
      ? [stepOf("contract", given.onComplete, undefined, before, context)]
      : []
  },
  purge: () => [],
  dataChecks: () => [],
  expressions: () => [],
  expressionChecks: () => [],
}

/** The relations whose shape after this operation nobody knows: later operations of the plan on them are refused. */
export function opaqueRelations(given: SqlInput, before: Catalog, context: OperationContext): readonly RelationName[] {
  return withTablesOfIndexes(sqlOperation.relations(given, context), before)
}

/** Scripts that don't parse name nothing: `check` refuses them. */
function scriptsOf(given: SqlInput): readonly RawScript[] {
  const texts = [given.up, given.down, given.onComplete].filter((text) => typeof text === "string")
  return texts.flatMap((text) => {
    try {
      return [readRawScript(text)]
    } catch (error) {
      if (error instanceof UserError) return []
      throw error
    }
  })
}

function stepOf(
  phase: "expand" | "contract",
  up: string,
  down: string | undefined,
  before: Catalog,
  context: OperationContext,
): SqlStep {
  const script = readRawScript(up)
  const { defaultSchema } = context
  const first = script.statements[0]
  const alone = !script.transactional && first ? behaviourOf(first, defaultSchema) : null
  const undo = undoOf(script, down, defaultSchema)
  const relations = withTablesOfIndexes(relationsOf(script, defaultSchema), before)
  const locks = script.statements.map(({ risk }) => lockModes.indexOf(risk.lock))
  return {
    action: "sql",
    id: `${phase}/sql/${context.revision}-${hashOf({ up, down: down ?? null }).slice(0, 8)}`,
    phase,
    summary: `Run SQL: ${oneLine(first?.text ?? "")}${script.statements.length > 1 ? " …" : ""}`,
    sql: alone && first ? standingAlone(first, defaultSchema) : inTransaction(script.statements, defaultSchema),
    undo,
    observe: alone?.observe ?? sqlText`SELECT 'before'`,
    repair: alone?.repair ?? null,
    beforeImage: null,
    back: false,
    // What it is for, its author knows: later operations of the plan on the same relations are refused.
    skippable: phase === "expand",
    endsOldShape: false,
    lock: lockModes[Math.max(0, ...locks)] ?? "AccessExclusive",
    transactional: script.transactional,
    rewritesTable: script.statements.some(({ risk }) => risk.rewritesTable),
    losesData: script.statements.some(({ risk }) => risk.losesData),
    needs: needsOf(relations, before),
    relations,
  }
}

/** The person's way back; for a concurrent index build the one that follows from it, which may be repeated. */
function undoOf(script: RawScript, down: string | undefined, defaultSchema: string): Sql | null {
  const [first] = script.statements
  const own = !script.transactional && first ? (behaviourOf(first, defaultSchema)?.undo ?? null) : null
  if (down === undefined || own !== null) return own
  const way = readRawScript(down)
  const [only] = way.statements
  return !way.transactional && only ? standingAlone(only, defaultSchema) : inTransaction(way.statements, defaultSchema)
}

function needsOf(relations: readonly RelationName[], before: Catalog): readonly Capability[] {
  const known = (relation: RelationName): boolean => findTable(before, relation) !== undefined
  const created = new Set(relations.filter((relation) => !known(relation)).map(({ schema }) => schema))
  return [
    ...relations.filter(known).map((relation): Capability => ({ kind: "own", relation })),
    ...[...created].map((schema): Capability => ({ kind: "create-in-schema", schema })),
  ]
}

function undoFindings(given: SqlInput, defaultSchema: string): readonly Finding[] {
  const up = readRawScript(given.up)
  const warnings: Finding[] = []
  if (undoOf(up, given.down, defaultSchema) === null)
    warnings.push(noUndo("sql", "Without down the change can't be undone: an abort leaves it as it is"))
  if (typeof given.onComplete === "string")
    warnings.push(
      noUndo("sql.onComplete", "What onComplete does has no way back, and so the contract of the whole plan has none"),
    )
  if (given.down === undefined || up.transactional === readRawScript(given.down).transactional) return warnings
  const error: Finding = {
    code: "SQL_MIXED_TRANSACTION",
    severity: "error",
    subject: "sql.down",
    message: "Of up and down, one can run in a transaction and the other can't",
    hint: "CREATE INDEX CONCURRENTLY goes with DROP INDEX CONCURRENTLY, and plain statements with plain ones.",
  }
  return [...warnings, error]
}

function noUndo(subject: string, message: string): Finding {
  return { code: "SQL_NO_UNDO", severity: "warning", subject, message, hint: "Write down, or accept it knowingly." }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ")
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
