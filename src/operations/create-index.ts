import { afterCreateIndex } from "./create-index/after.ts"
import { checkCreateIndex } from "./create-index/checks.ts"
import { createIndexDataChecks, createIndexExpressionChecks } from "./create-index/data-checks.ts"
import { createIndexExpressions } from "./create-index/expressions.ts"
import { createIndexExamples } from "./create-index/examples.ts"
import { createIndexSchema } from "./create-index/input.ts"
import type { CreateIndexInput } from "./create-index/input.ts"
import { resolveCreateIndex } from "./create-index/resolved.ts"
import { createIndexSteps } from "./create-index/steps.ts"
import type { Operation } from "./operation.ts"
import { resolveTable } from "./table-name.ts"

/**
 * Builds an index while applications read and write. It comes in expand; where it is built on columns that the same
 * plan adds and fills, after the backfill.
 */
export const createIndex: Operation<CreateIndexInput> = {
  kind: "create_index",
  summary: "Builds an index concurrently, on a partitioned table partition by partition.",
  input: createIndexSchema,
  examples: createIndexExamples,
  sees: "after",
  relations: (input, context) => [resolveTable(input.table, context)],
  check: checkCreateIndex,
  after: (input, before, context) => afterCreateIndex(resolveCreateIndex(input, before, context), before),
  expand: (input, before, context) => createIndexSteps(resolveCreateIndex(input, before, context), before),
  sync: () => null,
  contract: () => [],
  purge: () => [],
  dataChecks: (input, before, context) => createIndexDataChecks(resolveCreateIndex(input, before, context)),
  expressions: createIndexExpressions,
  expressionChecks: (input, before, context) => createIndexExpressionChecks(resolveCreateIndex(input, before, context)),
}
