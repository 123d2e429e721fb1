import type { RelationName } from "../domain/relation.ts"
import type { Control, Transaction } from "./control.ts"

/** Keys of rows stay this many days unless the caller says otherwise. */
const defaultRetentionDays = 30

export interface OffendingKeys {
  readonly run: string
  readonly step: string
  readonly code: string
  readonly relation: RelationName
  readonly keys: readonly string[]
}

/**
 * Keeps keys of rows that stand in the way, for a time. They are data of people: here alone, never in ledger, logs or
 * history. Saved again, a key's time starts anew. Keys whose time is over are dropped at each call.
 */
export async function saveOffendingKeys(
  control: Control,
  { run, step, code, relation, keys }: OffendingKeys,
  retentionDays = defaultRetentionDays,
): Promise<void> {
  await control.transaction(async (tx) => {
    await forgetOldKeys(tx)
    await tx.query(
      `INSERT INTO sluice_control.offending_key
              (run, step, code, relation_schema, relation_name, key, forget_at)
       SELECT $1, $2, $3, $4, $5, key, now() + make_interval(days => $7)
         FROM (SELECT DISTINCT unnest($6::text[]) AS key) AS found
       ON CONFLICT (run, step, code, relation_schema, relation_name, md5(key))
       DO UPDATE SET found_at = excluded.found_at, forget_at = excluded.forget_at`,
      [run, step, code, relation.schema, relation.name, keys, retentionDays],
    )
  })
}

/** What is looked for anew is found anew: what was found before may have been mended. */
export async function forgetOffendingKeys(
  control: Control,
  { run, step }: Pick<OffendingKeys, "run" | "step">,
): Promise<void> {
  await control.query("DELETE FROM sluice_control.offending_key WHERE run = $1 AND step = $2", [run, step])
}

/** The kept keys of a run, grouped as they were found. */
export async function listOffendingKeys(control: Control, run: string): Promise<readonly OffendingKeys[]> {
  return control.query<OffendingKeys>(
    `SELECT run, step, code, jsonb_build_object('schema', relation_schema, 'name', relation_name) AS relation,
            array_agg(key ORDER BY length(key), key) AS keys
       FROM sluice_control.offending_key
      WHERE run = $1 AND forget_at > clock_timestamp()
      GROUP BY run, step, code, relation_schema, relation_name
      ORDER BY step, code, relation_schema, relation_name`,
    [run],
  )
}

export async function forgetOldKeys(tx: Transaction): Promise<void> {
  // SKIP LOCKED: two that clean up at the same time needn't wait for each other.
  await tx.query(
    `DELETE FROM sluice_control.offending_key
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM sluice_control.offending_key
                               WHERE forget_at <= clock_timestamp() FOR UPDATE SKIP LOCKED))`,
  )
}
