import { canonicalJson } from "../domain/canonical.ts"
import { RefusedError, UserError } from "../domain/errors.ts"
import { hashOf } from "../domain/hash.ts"
import type { Plan } from "../domain/plan.ts"
import { Ledger } from "./chain.ts"
import type { Control } from "./control.ts"
import { insertEvidence } from "./evidence.ts"

/** The fewest digits of a hash that name a plan. */
const shortestPrefix = 8

/**
 * Stores a plan with what was found about it, and says so in the ledger the first time. The hash is checked. Stored
 * again, nothing changes. Answers the evidence's hash.
 */
export async function storePlan(
  control: Control,
  plan: Plan,
  evidence: unknown,
  actor = "sluice",
): Promise<{ readonly evidenceHash: string }> {
  refuseTampered(plan)
  return new Ledger(control).within(async (tx, append) => {
    const stored = await tx.query(
      `INSERT INTO sluice_control.plan (hash, target, body) VALUES ($1, $2, $3)
       ON CONFLICT (hash) DO NOTHING RETURNING hash`,
      [plan.hash, plan.target, canonicalJson(plan)],
    )
    const evidenceHash = await insertEvidence(tx, { plan: plan.hash, kind: "plan", content: evidence })
    if (stored.length > 0) {
      const { hash, target, strategy } = plan
      const revisions = plan.revisions.map((revision) => revision.id)
      await append({ actor, kind: "plan.stored", detail: { plan: hash, target, strategy, revisions, evidenceHash } })
    }
    return { evidenceHash }
  })
}

/**
 * The plan of that hash (or of that unique beginning of at least eight digits). `UserError` UNKNOWN_PLAN where there
 * is none; `RefusedError` PLAN_TAMPERED where what is stored doesn't give its hash.
 */
export async function loadPlan(control: Control, hash: string): Promise<Plan> {
  if (!/^[0-9a-f]+$/.test(hash) || hash.length < shortestPrefix) throw unknown(hash, "it isn't a plan's hash")
  const rows = await control.query<{ body: string; hash: string }>(
    "SELECT hash, body FROM sluice_control.plan WHERE starts_with(hash, $1) ORDER BY hash LIMIT 2",
    [hash],
  )
  const [row, other] = rows
  if (!row) throw unknown(hash, "no plan of this hash has been stored")
  if (other) throw unknown(hash, "several plans begin like this")
  const plan = parse(row.body, row.hash)
  if (plan.hash !== row.hash) throw tampered(row.hash)
  refuseTampered(plan)
  return plan
}

function parse(body: string, hash: string): Plan {
  try {
    return JSON.parse(body) as Plan
  } catch {
    throw tampered(hash)
  }
}

function refuseTampered(plan: Plan): void {
  const { hash, ...body } = plan
  if (hashOf(body) !== hash) throw tampered(hash)
}

function tampered(hash: string): RefusedError {
  return new RefusedError({
    code: "PLAN_TAMPERED",
    subject: `plan ${hash.slice(0, 12)}`,
    message: "the plan's content doesn't give its hash: it isn't the plan that was shown and agreed to",
    hint: "Make the plan anew with `sluice plan`, and find out who changed the stored one.",
  })
}

function unknown(hash: string, reason: string): UserError {
  return new UserError({
    code: "UNKNOWN_PLAN",
    subject: `plan ${hash.slice(0, 12)}`,
    message: `there is no such plan: ${reason}`,
    hint: "`sluice plan` prints the hash of the plan that it made and stored.",
  })
}
