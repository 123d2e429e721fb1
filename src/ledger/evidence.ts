import { canonicalJson } from "../domain/canonical.ts"
import { RefusedError } from "../domain/errors.ts"
import { sha256 } from "../domain/hash.ts"
import type { Control, Transaction } from "./control.ts"

/** What was found about a plan or a run: findings, a backup, a verification. Named by the hash of its content. */
export interface Evidence {
  readonly hash: string
  readonly kind: string
  readonly content: unknown
  readonly storedAt: string
}

export interface NewEvidence {
  /** Hash of the plan that it is about; the plan must be stored. */
  readonly plan: string
  readonly run?: string
  /** `plan`, `gate/contract`, `verify`, … */
  readonly kind: string
  /** JSON. No row data: counts and hashes. */
  readonly content: unknown
}

/** Stores evidence and answers its hash. The same content stored again is the same evidence. */
export async function saveEvidence(control: Control, evidence: NewEvidence): Promise<string> {
  return insertEvidence(control, evidence)
}

/** As {@link saveEvidence}, inside a transaction. */
export async function insertEvidence(tx: Transaction, { plan, run, kind, content }: NewEvidence): Promise<string> {
  const text = canonicalJson(content)
  const hash = sha256(text)
  await tx.query(
    `INSERT INTO sluice_control.evidence (hash, plan_hash, run, kind, content) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [hash, plan, run ?? "", kind, text],
  )
  return hash
}

/** Everything that was found about a run and about its plan, in the order in which it was stored. */
export async function loadEvidence(control: Control, run: string): Promise<readonly Evidence[]> {
  const rows = await control.query<{ hash: string; kind: string; content: string; storedAt: string }>(
    `SELECT e.hash, e.kind, e.content, sluice_control.iso(e.stored_at) AS "storedAt"
       FROM sluice_control.run AS r
       JOIN sluice_control.evidence AS e ON e.plan_hash = r.plan_hash AND e.run IN ('', r.run)
      WHERE r.run = $1
      ORDER BY e.stored_at, e.hash`,
    [run],
  )
  return rows.map(({ content, ...row }) => ({ ...row, content: readEvidence(row.hash, content) }))
}

/** Stored content as a value. `RefusedError` EVIDENCE_TAMPERED where it doesn't give its hash. */
export function readEvidence(hash: string, content: string): unknown {
  if (sha256(content) === hash) return JSON.parse(content)
  throw new RefusedError({
    code: "EVIDENCE_TAMPERED",
    subject: `evidence ${hash.slice(0, 12)}`,
    message: "the evidence doesn't give its hash: it isn't what was in view when it was decided",
    hint: "Find out who changed the control database; `sluice audit verify` says what else doesn't hold.",
  })
}
