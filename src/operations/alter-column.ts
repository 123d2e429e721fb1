import { byName } from "./sorted.ts"
import { withTable } from "../catalog/model.ts"
import { checkAlterColumn } from "./alter-column/checks.ts"
import { alterColumnExpressions } from "./alter-column/expressions.ts"
import { alterColumnExamples } from "./alter-column/examples.ts"
import { contractInPlace, expandInPlace } from "./alter-column/in-place-steps.ts"
import { alterColumnSchema } from "./alter-column/input.ts"
import type { AlterColumnInput } from "./alter-column/input.ts"
import { resolveAlterColumn } from "./alter-column/resolved.ts"
import { alterColumnWritten } from "./alter-column/written.ts"
import { expressionChecks, rowChecks } from "./alter-column/row-checks.ts"
import { constraintsOf, indexesOf } from "./add-column/after.ts"
import { afterDuplicate } from "./duplicate/after.ts"
import { copySteps } from "./duplicate/copy-steps.ts"
import { replacedColumn, swapSteps } from "./duplicate/swap-steps.ts"
import { syncGroupOf } from "./duplicate/sync-group.ts"
import type { Operation } from "./operation.ts"
import { resolveTable } from "./table-name.ts"

/**
 * Changes a column. What its rows hold already is promised in place, online. Where values have to change (another
 * type, or `up` and `down`), a second column takes the new shape under the same name in the new version's view, both
 * are kept true, and contract lets the second one take the first one's place.
 */
export const alterColumn: Operation<AlterColumnInput> = {
  kind: "alter_column",
  summary: "Changes a column's type, NOT NULL, default, check, unique, foreign key or comment.",
  input: alterColumnSchema,
  examples: alterColumnExamples,
  relations: (input, context) => [
    resolveTable(input.table, context),
    ...(input.references ? [resolveTable(input.references.table, context)] : []),
  ],
  alters: ({ table, column }, context) => [{ relation: resolveTable(table, context), column }],
  check: checkAlterColumn,
  after(input, before, context) {
    const alter = resolveAlterColumn(input, before, context)
    if (alter.duplicate) return afterDuplicate(alter.duplicate, before)
    const { table, fresh, asAdded } = alter
    const constraints = constraintsOf(asAdded, before, context).filter(({ kind }) => kind !== "not null")
    return withTable(before, {
      ...table,
      columns: table.columns.map((column) => (column.name === fresh.name ? fresh : column)),
      constraints: [...table.constraints, ...constraints].toSorted(byName),
      indexes: [...table.indexes, ...indexesOf(asAdded)].toSorted(byName),
    })
  },
  expand(input, before, context) {
    const alter = resolveAlterColumn(input, before, context)
    return alter.duplicate ? copySteps(alter.duplicate) : expandInPlace(alter, context)
  },
  sync(input, before, context) {
    const { relation, duplicate } = resolveAlterColumn(input, before, context)
    return duplicate && { relation, group: syncGroupOf(duplicate, before, context) }
  },
  shown(input, before, context) {
    const { relation, duplicate, column } = resolveAlterColumn(input, before, context)
    return duplicate ? [{ relation, name: column.name, physical: duplicate.physical }] : []
  },
  contract(input, before, context) {
    const alter = resolveAlterColumn(input, before, context)
    return alter.duplicate ? swapSteps(alter.duplicate) : contractInPlace(alter)
  },
  hides(input, before, context) {
    const { duplicate } = resolveAlterColumn(input, before, context)
    return duplicate ? [replacedColumn(duplicate)] : []
  },
  purge: () => [],
  dataChecks: (input, before, context) => rowChecks(resolveAlterColumn(input, before, context), before, context),
  expressions: alterColumnExpressions,
  written: alterColumnWritten,
  expressionChecks: (input, before, context) => expressionChecks(resolveAlterColumn(input, before, context), context),
}
