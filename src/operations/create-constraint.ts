import { afterCreateConstraint } from "./create-constraint/after.ts"
import { checkCreateConstraint } from "./create-constraint/checks.ts"
import { constraintDataChecks } from "./create-constraint/data-checks.ts"
import { createConstraintExamples } from "./create-constraint/examples.ts"
import { constraintExpressionChecks } from "./create-constraint/expression-checks.ts"
import { createConstraintSchema } from "./create-constraint/input.ts"
import type { CreateConstraintInput } from "./create-constraint/input.ts"
import { resolveConstraint } from "./create-constraint/resolved.ts"
import { createConstraintSteps } from "./create-constraint/steps.ts"
import type { Operation } from "./operation.ts"
import { resolveTable, writtenName } from "./table-name.ts"
import { written } from "./written-expression.ts"

/**
 * Adds a check, unique constraint, primary key or foreign key over any number of columns. It comes in expand; where
 * it is about columns that the same plan adds and fills, after the backfill.
 */
export const createConstraint: Operation<CreateConstraintInput> = {
  kind: "create_constraint",
  summary: "Adds a check, unique, primary key or foreign key constraint without a lock that applications feel.",
  input: createConstraintSchema,
  examples: createConstraintExamples,
  sees: "after",
  relations: (input, context) => [
    resolveTable(input.table, context),
    ...(input.type === "foreign_key" ? [resolveTable(input.references.table, context)] : []),
  ],
  check: checkCreateConstraint,
  after: (input, before, context) => afterCreateConstraint(resolveConstraint(input, before, context), before),
  expand: (input, before, context) => createConstraintSteps(resolveConstraint(input, before, context), before),
  sync: () => null,
  contract: () => [],
  purge: () => [],
  dataChecks: (input, before, context) => constraintDataChecks(resolveConstraint(input, before, context)),
  expressions(input) {
    if (input.type !== "check") return []
    const { display, name } = writtenName(input.table)
    return written({ path: ["check"], subject: `${display}: ${input.name}`, table: name }, input.check)
  },
  expressionChecks: (input, before, context) => constraintExpressionChecks(resolveConstraint(input, before, context)),
}
