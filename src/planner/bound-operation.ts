import type { Catalog } from "../catalog/model.ts"
import type { DataCheck, ExpressionCheck } from "../domain/plan.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { RelationName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import { findOperation, operations } from "../operations/index.ts"
import type { OperationContext, ShownColumn, SyncPart } from "../operations/operation.ts"
import { nearestName } from "../domain/nearest.ts"
import type { Revision } from "../revisions/revision.ts"

/** An operation with its input and its revision: what is left to be known is the catalog. */
export interface BoundOperation {
  readonly kind: string
  readonly revision: string
  readonly input: unknown
  readonly context: OperationContext
  readonly relations: readonly RelationName[]
  check(before: Catalog): readonly Finding[]
  after(before: Catalog): Catalog
  expand(before: Catalog): readonly Step[]
  sync(before: Catalog): SyncPart | null
  shown(before: Catalog): readonly ShownColumn[]
  contract(before: Catalog): readonly Step[]
  purge(before: Catalog): readonly Step[]
  dataChecks(before: Catalog): readonly DataCheck[]
  expressionChecks(before: Catalog): readonly ExpressionCheck[]
}

/** Every operation of the revisions in their order. Throws UserError UNKNOWN_OPERATION or OPERATION_INVALID. */
export function bindOperations(revisions: readonly Revision[], defaultSchema: string): readonly BoundOperation[] {
  return revisions.flatMap((revision) =>
    revision.operations.map(({ kind, input }) => bindOperation(kind, input, { defaultSchema, revision: revision.id })),
  )
}

function bindOperation(kind: string, given: unknown, context: OperationContext): BoundOperation {
  const operation = findOperation(kind)
  if (!operation) throw unknownOperation(kind, context.revision)
  const read = operation.input.safeParse(given)
  if (!read.success) {
    const message = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")
    throw new UserError({ code: "OPERATION_INVALID", subject: `${context.revision}: ${kind}`, message })
  }
  const input = read.data
  return {
    kind,
    revision: context.revision,
    input,
    context,
    relations: operation.relations(input, context),
    check: (before) => operation.check(input, before, context),
    after: (before) => operation.after(input, before, context),
    expand: (before) => operation.expand(input, before, context),
    sync: (before) => operation.sync(input, before, context),
    shown: (before) => operation.shown?.(input, before, context) ?? [],
    contract: (before) => operation.contract(input, before, context),
    purge: (before) => operation.purge(input, before, context),
    dataChecks: (before) => operation.dataChecks(input, before, context),
    expressionChecks: (before) => operation.expressionChecks(input, before, context),
  }
}

function unknownOperation(kind: string, revision: string): UserError {
  const known = operations.map((operation) => operation.kind)
  const nearest = nearestName(kind, known)
  return new UserError({
    code: "UNKNOWN_OPERATION",
    subject: `${revision}: ${kind}`,
    message: `There is no operation ${kind}`,
    hint: nearest === null ? `Known are: ${known.join(", ")}` : `Did you mean ${nearest}?`,
  })
}
