import { afterCreateTable } from "./create-table/after.ts"
import { checkCreateTable } from "./create-table/checks.ts"
import { createTableExamples } from "./create-table/examples.ts"
import { createTableExpressionChecks } from "./create-table/expression-checks.ts"
import { createTableExpressions } from "./create-table/expressions.ts"
import { createTableSchema } from "./create-table/input.ts"
import type { CreateTableInput } from "./create-table/input.ts"
import { resolveCreateTable } from "./create-table/resolved.ts"
import { createTableStep } from "./create-table/steps.ts"
import type { Operation } from "./operation.ts"
import { resolveTable } from "./table-name.ts"

/** Creates a table. Nothing is filled and nothing of the old shape goes, so all of it happens in expand. */
export const createTable: Operation<CreateTableInput> = {
  kind: "create_table",
  summary: "Creates a table with its columns, constraints and comments.",
  input: createTableSchema,
  examples: createTableExamples,
  relations(input, context) {
    const own = (input.constraints ?? []).flatMap((constraint) =>
      constraint.type === "foreign_key" ? [constraint.references.table] : [],
    )
    const ofColumns = input.columns.flatMap(({ references }) => (references ? [references.table] : []))
    return [input.name, ...ofColumns, ...own].map((name) => resolveTable(name, context))
  },
  check: checkCreateTable,
  after: (input, before, context) => afterCreateTable(resolveCreateTable(input, before, context), before),
  expand: (input, before, context) => [createTableStep(resolveCreateTable(input, before, context), context)],
  sync: () => null,
  contract: () => [],
  purge: () => [],
  dataChecks: () => [],
  expressions: createTableExpressions,
  expressionChecks: (input, before, context) =>
    createTableExpressionChecks(resolveCreateTable(input, before, context), input),
}
