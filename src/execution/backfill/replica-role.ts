import type { Backfill } from "../../domain/backfill.ts"
import type { Session } from "../../postgres/session.ts"

/**
 * Whether the backfill may run as `session_replication_role = replica`, so that the application's triggers don't take
 * it for a change of the application's. Our own sync triggers are ENABLE ALWAYS, and their WHEN stays out of batches.
 *
 * Not allowed without the right to set it; and not where that role would skip a rule: a foreign key over a column that
 * we write, a deferrable unique or exclusion constraint (they are kept by internal triggers), or where a trigger is
 * enabled for replicas only and would begin to fire.
 */
export async function mayUseReplicaRole(session: Session, { relation, writes }: Backfill): Promise<boolean> {
  const [row] = await session.query<{ allowed: boolean }>(
    `WITH root AS (
       SELECT c.oid
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
     ), tree AS (
       SELECT oid FROM root
       UNION
       SELECT partition.relid FROM root, pg_partition_tree(root.oid) AS partition
     ), written AS (
       SELECT attrelid, attnum FROM pg_attribute WHERE attrelid IN (SELECT oid FROM tree) AND attname = ANY ($3)
     )
     SELECT has_parameter_privilege('session_replication_role', 'SET')
        AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM tree) AND tgenabled = 'R')
        AND NOT EXISTS (SELECT FROM pg_constraint
                         WHERE conrelid IN (SELECT oid FROM tree) AND contype IN ('p', 'u', 'x') AND condeferrable)
        AND NOT EXISTS (SELECT FROM pg_constraint AS fk JOIN written AS w
                            ON w.attrelid = fk.conrelid AND w.attnum = ANY (fk.conkey)
                            OR w.attrelid = fk.confrelid AND w.attnum = ANY (fk.confkey)
                         WHERE fk.contype = 'f') AS allowed`,
    [relation.schema, relation.name, writes],
  )
  return row?.allowed ?? false
}
