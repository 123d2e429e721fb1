import { afterAddColumn } from "./add-column/after.ts"
import { checkAddColumn } from "./add-column/checks.ts"
import { dataChecksOf, expressionChecksOf } from "./add-column/data-checks.ts"
import { addColumnExamples } from "./add-column/examples.ts"
import { addColumnExpressions } from "./add-column/expressions.ts"
import { addColumnSchema } from "./add-column/input.ts"
import type { AddColumnInput } from "./add-column/input.ts"
import { pendingColumn } from "./add-column/pending-column.ts"
import { resolveAddColumn } from "./add-column/resolved.ts"
import { addColumnSteps, defaultStep } from "./add-column/steps.ts"
import { syncGroupOf } from "./add-column/sync-group.ts"
import type { Operation } from "./operation.ts"
import { resolveTable } from "./table-name.ts"

/**
 * Adds a column. Where old rows need a value that can't be kept in the catalog (`up`, or a volatile default), the
 * column comes empty, is filled while both shapes are written, and only then gets what it promises: NOT NULL, check,
 * unique, foreign key. Its default comes with the contract.
 */
export const addColumn: Operation<AddColumnInput> = {
  kind: "add_column",
  summary: "Adds a column, filled by `up` or by its default, without a lock that applications feel.",
  input: addColumnSchema,
  examples: addColumnExamples,
  relations: (input, context) => [
    resolveTable(input.table, context),
    ...(input.column.references ? [resolveTable(input.column.references.table, context)] : []),
  ],
  check: checkAddColumn,
  after: (input, before, context) => afterAddColumn(resolveAddColumn(input, before, context), before, context),
  expand: (input, before, context) => addColumnSteps(resolveAddColumn(input, before, context), context),
  adds: (input, before, context) => [pendingColumn(resolveAddColumn(input, before, context), before)],
  sync(input, before, context) {
    const add = resolveAddColumn(input, before, context)
    const group = syncGroupOf(add, before)
    return group && { relation: add.relation, group }
  },
  contract(input, before, context) {
    const add = resolveAddColumn(input, before, context)
    const step = add.fill === null ? null : defaultStep(add)
    return step ? [step] : []
  },
  purge: () => [],
  dataChecks: (input, before, context) => dataChecksOf(resolveAddColumn(input, before, context), before, context),
  expressions: addColumnExpressions,
  expressionChecks: (input, before, context) => expressionChecksOf(resolveAddColumn(input, before, context)),
}
