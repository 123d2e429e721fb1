import { bindColumns } from "../sql/parser.ts"
import { sql, trusted } from "../sql/sql.ts"
import { afterDropColumn } from "./drop-column/after.ts"
import { checkDropColumn } from "./drop-column/checks.ts"
import { dropColumnExamples } from "./drop-column/examples.ts"
import { dropColumnSchema } from "./drop-column/input.ts"
import type { DropColumnInput } from "./drop-column/input.ts"
import { hidingOf, resolveDropColumn } from "./drop-column/resolved.ts"
import { syncGroupOf } from "./drop-column/sync-group.ts"
import { hideColumnSteps } from "./hide/hide-column.ts"
import type { Operation } from "./operation.ts"
import { columnAfter } from "./shape-after.ts"
import { resolveTable, writtenName } from "./table-name.ts"
import { written } from "./written-expression.ts"

/**
 * Drops a column that applications still use. With `down`, whoever writes the new shape alone keeps it true. Contract
 * only hides it; it is dropped once it was kept long enough.
 */
export const dropColumn: Operation<DropColumnInput> = {
  kind: "drop_column",
  summary: "Drops a column: computed by `down` while it is still read, hidden at contract, dropped at purge.",
  input: dropColumnSchema,
  examples: dropColumnExamples,
  relations: (input, context) => [resolveTable(input.table, context)],
  alters: ({ table, column }, context) => [{ relation: resolveTable(table, context), column }],
  losesNames: ({ table, column }, context) => [{ relation: resolveTable(table, context), column }],
  check: checkDropColumn,
  after: (input, before, context) => afterDropColumn(resolveDropColumn(input, before, context), before),
  expand: () => [],
  sync(input, before, context) {
    const drop = resolveDropColumn(input, before, context)
    const group = syncGroupOf(drop, before, context)
    return group && { relation: drop.relation, group }
  },
  contract(input, before, context) {
    return hideColumnSteps(hidingOf(resolveDropColumn(input, before, context)))
  },
  hides: (input, before, context) => [hidingOf(resolveDropColumn(input, before, context))],
  purge: () => [],
  dataChecks: () => [],
  expressions({ table, column, down }) {
    const { display, name } = writtenName(table)
    return written({ path: ["down"], subject: `${display}.${column}: down`, table: name }, down, { fills: "yes" })
  },
  expressionChecks(input, before, context) {
    const { relation, column, down, subject } = resolveDropColumn(input, before, context)
    if (down === null) return []
    const expression = bindColumns(down, columnAfter(relation, context))
    return [{ relation, subject: `${subject}: down`, expression, type: sql`${trusted(column.type)}` }]
  },
}
