import { hasErrors } from "../domain/finding.ts"
import { findTable } from "../catalog/model.ts"
import type { Catalog } from "../catalog/model.ts"
import { shapeHash } from "../catalog/shape.ts"
import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { hashOf } from "../domain/hash.ts"
import type { Compiled, PlanBody, PlannedRevision } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import { distinctRelations } from "../operations/merge-steps.ts"
import type { Revision } from "../revisions/revision.ts"
import { bindOperations } from "./bound-operation.ts"
import { judgeOperations } from "./judge-operations.ts"
import type { Judgement } from "./judge-operations.ts"
import { mergeSyncs } from "./merge-syncs.ts"
import { expandContract } from "./strategies/expand-contract.ts"
import type { PlanTarget } from "./target.ts"
import { targetFindings } from "./target-findings.ts"
import { withUniqueIds } from "./unique-ids.ts"
import { withoutShielded } from "./version-findings.ts"
import { versionPart } from "./version-part.ts"

export { catalogWish } from "./catalog-wish.ts"
export { referencedBy } from "./referenced.ts"
export type { PlanTarget } from "./target.ts"

export interface CompileInput {
  /** What is to be applied, parents first. */
  readonly revisions: readonly Revision[]
  /** The target's, at least of what {@link catalogWish} names. */
  readonly catalog: Catalog
  readonly target: PlanTarget
}

/**
 * Compiles revisions against a catalog. Pure: the same input gives the same plan, byte for byte, and so the same hash.
 * The parser has to be loaded. What is wrong with the revisions comes back as findings, never as an exception.
 */
export function compilePlan({ revisions, catalog, target }: CompileInput): Compiled {
  const judgement = judged(() => judgeRevisions(revisions, catalog, target))
  const findings = [...targetFindings(target, catalog), ...judgement.findings]
  if (judgement.operations === null || hasErrors(findings)) return { plan: null, findings }
  const made = bodyOf(judgement, { revisions, catalog, target })
  const all = [...withoutShielded(findings, made.body.versions, made.body.relations), ...made.findings]
  if (hasErrors(made.findings)) return { plan: null, findings: all }
  return { plan: { ...made.body, hash: hashOf(made.body) }, findings: all }
}

/** Whether each operation can be done, and the catalog once all of them are contracted. */
export function judgeRevisions(revisions: readonly Revision[], catalog: Catalog, target: PlanTarget): Judgement {
  return judgeOperations(bindOperations(revisions, frameOf(target)), catalog)
}

function bodyOf(
  judgement: Pick<Judgement, "operations" | "after" | "shown">,
  { revisions, catalog, target }: CompileInput,
): { readonly body: PlanBody; readonly findings: readonly Finding[] } {
  const { operations, after, shown } = judgement
  const planned = revisions.map(({ id, parents, title, contentHash }): PlannedRevision => ({
    id,
    parents,
    title,
    contentHash,
  }))
  const parts = operations.flatMap(({ operation, shapes }) => operation.sync(shapes) ?? [])
  const ids = planned.map(({ id }) => id)
  const syncs = mergeSyncs(parts, ids, shown)
  const relations = distinctRelations(operations.flatMap(({ operation }) => operation.relations))
  const defaultSchema = defaultSchemaOf(target)
  const version = versionPart({
    operations,
    revisions: planned,
    relations,
    before: catalog,
    after,
    shown,
    syncs,
    target,
  })
  const material = { operations, syncs, revisions: planned, catalog, defaultSchema, versions: version.steps }
  const body: PlanBody = {
    format: 1,
    target: target.name,
    strategy: target.strategy,
    serverMajor: catalog.serverMajor,
    revisions: planned,
    relations,
    shapes: Object.fromEntries(relations.map((name) => [displayName(name), shapeHash(findTable(catalog, name))])),
    gates: target.gates,
    soakMs: target.soakMs,
    keepMs: target.keepMs,
    versions: version.versions,
    syncs,
    steps: withUniqueIds(expandContract(material)),
    dataChecks: operations.flatMap(({ operation, shapes }) => operation.dataChecks(shapes)),
    expressionChecks: operations.flatMap(({ operation, shapes }) => operation.expressionChecks(shapes)),
  }
  return { body, findings: version.findings }
}

function frameOf(target: PlanTarget): { readonly defaultSchema: string; readonly versionViews: boolean } {
  return { defaultSchema: defaultSchemaOf(target), versionViews: target.versions.schemas }
}

function defaultSchemaOf({ schemas }: PlanTarget): string {
  return schemas[0] ?? "public"
}

/** A revision that can't even be read as operations. */
function judged(judge: () => Judgement): Judgement | (Pick<Judgement, "findings"> & { readonly operations: null }) {
  try {
    return judge()
  } catch (error) {
    if (error instanceof SluiceError && error.kind !== "BugError") return { operations: null, findings: error.findings }
    throw error
  }
}
