import type { Catalog } from "../catalog/model.ts"
import type { DataCheck, ExpressionCheck } from "../domain/plan.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { HiddenColumn } from "../operations/hide/hide-column.ts"
import { findOperation } from "../operations/index.ts"
import { operationHint } from "../operations/operation-hint.ts"
import type { OperationContext, PlanContext, ShownColumn, SyncPart } from "../operations/operation.ts"
import type { Pending, PendingColumn } from "../operations/pending.ts"
import type { Revision } from "../revisions/revision.ts"

/** The plan as a whole, from both ends. */
export interface Shapes {
  /** The catalog that the operation is asked about: before the plan, with the tables that the plan creates. */
  readonly before: Catalog
  /** The catalog once the whole plan is contracted. */
  readonly after: Catalog
  /** See PlanContext. */
  readonly shown: readonly ShownColumn[]
}

/** An operation with its input and its revision: what is left to be known is the catalog. */
export interface BoundOperation {
  readonly kind: string
  readonly revision: string
  /** The revision's file, and where in it the operation begins, as far as that is known. */
  readonly place: Pick<Finding, "file" | "line">
  readonly input: unknown
  readonly context: OperationContext
  readonly relations: readonly RelationName[]
  readonly alters: readonly ColumnName[]
  readonly losesNames: readonly ColumnName[]
  readonly seesAfter: boolean
  /** The same operation, told what those before it in its plan bring. */
  knowing(pending: Pending): BoundOperation
  adds(before: Catalog): readonly PendingColumn[]
  /** `current`: what earlier operations of the plan have left behind; else `before`. */
  check(shapes: Shapes, current?: Catalog): readonly Finding[]
  after(before: Catalog): Catalog
  expand(shapes: Shapes): readonly Step[]
  sync(shapes: Shapes): SyncPart | null
  shown(before: Catalog): readonly ShownColumn[]
  contract(shapes: Shapes): readonly Step[]
  hides(shapes: Shapes): readonly HiddenColumn[]
  purge(shapes: Shapes): readonly Step[]
  dataChecks(shapes: Shapes): readonly DataCheck[]
  expressionChecks(shapes: Shapes): readonly ExpressionCheck[]
}

/** Every operation of the revisions in their order. Throws UserError UNKNOWN_OPERATION or OPERATION_INVALID. */
export function bindOperations(
  revisions: readonly Revision[],
  target: Omit<OperationContext, "revision">,
): readonly BoundOperation[] {
  return revisions.flatMap((revision) =>
    revision.operations.map(({ kind, input, line }) =>
      bindOperation(
        kind,
        input,
        { ...target, revision: revision.id },
        { file: revision.file, ...(line !== undefined && { line }) },
      ),
    ),
  )
}

function bindOperation(
  kind: string,
  given: unknown,
  context: OperationContext,
  place: BoundOperation["place"],
): BoundOperation {
  const operation = findOperation(kind)
  if (!operation) throw unknownOperation(kind, context.revision)
  const read = operation.input.safeParse(given)
  if (!read.success) {
    const message = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")
    throw new UserError({ code: "OPERATION_INVALID", subject: `${context.revision}: ${kind}`, message })
  }
  const input = read.data
  const within = (shapes: Shapes): PlanContext => ({ ...context, ...shapes })
  return {
    kind,
    revision: context.revision,
    place,
    input,
    context,
    relations: operation.relations(input, context),
    alters: operation.alters?.(input, context) ?? [],
    losesNames: operation.losesNames?.(input, context) ?? [],
    seesAfter: operation.sees === "after",
    // What a schema has let through passes it again.
    knowing: (pending) => bindOperation(kind, input, { ...context, pending }, place),
    adds: (before) => operation.adds?.(input, before, context) ?? [],
    check: (shapes, current = shapes.before) => operation.check(input, current, within(shapes)),
    after: (before) => operation.after(input, before, context),
    expand: (shapes) => operation.expand(input, shapes.before, within(shapes)),
    sync: (shapes) => operation.sync(input, shapes.before, within(shapes)),
    shown: (before) => operation.shown?.(input, before, context) ?? [],
    contract: (shapes) => operation.contract(input, shapes.before, within(shapes)),
    hides: (shapes) => operation.hides?.(input, shapes.before, within(shapes)) ?? [],
    purge: (shapes) => operation.purge(input, shapes.before, within(shapes)),
    dataChecks: (shapes) => operation.dataChecks(input, shapes.before, within(shapes)),
    expressionChecks: (shapes) => operation.expressionChecks(input, shapes.before, within(shapes)),
  }
}

function unknownOperation(kind: string, revision: string): UserError {
  return new UserError({
    code: "UNKNOWN_OPERATION",
    subject: `${revision}: ${kind}`,
    message: `There is no operation ${kind}`,
    hint: operationHint(kind),
  })
}
