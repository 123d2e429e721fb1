import { hashOf } from "../../src/domain/hash.ts"
import type { Plan, PlanBody } from "../../src/domain/plan.ts"
import type { RelationName } from "../../src/domain/relation.ts"
import type { SqlStep } from "../../src/domain/step.ts"
import { sql } from "../../src/sql/sql.ts"

const users: RelationName = { schema: "public", name: "users" }

function step(id: string, phase: SqlStep["phase"]): SqlStep {
  return {
    id,
    phase,
    action: "sql",
    summary: `Do ${id}`,
    sql: sql`SELECT 1`,
    undo: null,
    observe: sql`SELECT 'before'`,
    repair: null,
    beforeImage: null,
    back: false,
    skippable: false,
    endsOldShape: false,
    lock: "none",
    transactional: true,
    rewritesTable: false,
    losesData: false,
    needs: [],
    relations: [users],
  }
}

/** A plan of two steps; what differs is taken from `changes`. The hash is right. */
export function samplePlan(changes: Partial<PlanBody> = {}): Plan {
  const body: PlanBody = {
    format: 1,
    target: "shop",
    strategy: "expand-contract",
    serverMajor: 15,
    revisions: [{ id: "0001_first", parents: [], title: "Füge „Ü“ hinzu 🦊", contentHash: "c0" }],
    relations: [users],
    shapes: { "public.users": "5e" },
    gates: { "dual-write": "manual", switch: "auto", contract: { afterMs: 1000 }, purge: "manual" },
    soakMs: 0,
    keepMs: 0,
    versions: { roles: { old: null, new: null }, made: [], ended: [] },
    syncs: [],
    steps: [step("expand/users/add", "expand"), step("contract/hide", "contract")],
    dataChecks: [],
    expressionChecks: [],
    ...changes,
  }
  return { ...body, hash: hashOf(body) }
}
