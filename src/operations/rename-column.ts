import { afterDuplicate } from "./duplicate/after.ts"
import { copySteps } from "./duplicate/copy-steps.ts"
import { replacedColumn, swapSteps } from "./duplicate/swap-steps.ts"
import { syncGroupOf } from "./duplicate/sync-group.ts"
import type { Operation } from "./operation.ts"
import { checkRenameColumn } from "./rename-column/checks.ts"
import { renameColumnExamples } from "./rename-column/examples.ts"
import { afterRename, renameStep } from "./rename-column/in-place.ts"
import { renameColumnSchema } from "./rename-column/input.ts"
import type { RenameColumnInput } from "./rename-column/input.ts"
import { resolveRenameColumn } from "./rename-column/resolved.ts"
import { resolveTable } from "./table-name.ts"

/**
 * Renames a column. Through version views, each application knows the one column by its own name, and it is renamed in
 * place at contract. On bare tables a second column bears the new name, and both are kept true until then.
 */
export const renameColumn: Operation<RenameColumnInput> = {
  kind: "rename_column",
  summary: "Renames a column that applications use by either name until contract.",
  input: renameColumnSchema,
  examples: renameColumnExamples,
  relations: (input, context) => [resolveTable(input.table, context)],
  alters: ({ table, from }, context) => [{ relation: resolveTable(table, context), column: from }],
  losesNames: ({ table, from }, context) => [{ relation: resolveTable(table, context), column: from }],
  check: checkRenameColumn,
  after(input, before, context) {
    const rename = resolveRenameColumn(input, before, context)
    return rename.duplicate ? afterDuplicate(rename.duplicate, before) : afterRename(rename, before)
  },
  expand(input, before, context) {
    const { duplicate } = resolveRenameColumn(input, before, context)
    return duplicate ? copySteps(duplicate) : []
  },
  sync(input, before, context) {
    const { relation, duplicate } = resolveRenameColumn(input, before, context)
    return duplicate && { relation, group: syncGroupOf(duplicate, before, context) }
  },
  shown(input, before, context) {
    const { relation, duplicate, column, to } = resolveRenameColumn(input, before, context)
    return duplicate ? [] : [{ relation, name: to, physical: column.name }]
  },
  contract(input, before, context) {
    const rename = resolveRenameColumn(input, before, context)
    return rename.duplicate ? swapSteps(rename.duplicate) : [renameStep(rename)]
  },
  hides(input, before, context) {
    const { duplicate } = resolveRenameColumn(input, before, context)
    return duplicate ? [replacedColumn(duplicate)] : []
  },
  purge: () => [],
  dataChecks: () => [],
  expressions: () => [],
  expressionChecks: () => [],
}
