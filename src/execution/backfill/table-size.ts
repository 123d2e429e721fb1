import type { TableWalk } from "../../domain/backfill.ts"
import { SluiceError } from "../../domain/errors.ts"
import { isLockFailure } from "../lock-not-gained.ts"
import { sqlstateOf } from "../../postgres/map-error.ts"
import type { Session } from "../../postgres/session.ts"
import { none, qualified, sql } from "../../sql/sql.ts"

/** Of a partitioned table: of all its partitions together. */
export interface TableSize {
  /** Estimated from statistics and today's size, as PostgreSQL's planner does it. */
  readonly rows: number
  /** False: some part was never analyzed, `rows` means nothing. */
  readonly isKnown: boolean
}

/** The size as statistics tell it: O(1). */
export async function measureTable(session: Session, { relation }: TableWalk): Promise<TableSize> {
  const [row] = await session.query<TableSize>(
    `WITH root AS (
       SELECT c.oid
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
     ), leaf AS (
       SELECT c.reltuples, c.relpages,
              pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks
         FROM pg_class AS c
        WHERE c.relkind = 'r'
          AND (c.oid IN (SELECT oid FROM root)
               OR c.oid IN (SELECT tree.relid FROM root, pg_partition_tree(root.oid) AS tree WHERE tree.isleaf))
     )
     SELECT coalesce(sum(CASE WHEN relpages > 0 THEN reltuples / relpages * blocks ELSE 0 END), 0)::float8 AS rows,
            coalesce(bool_and(reltuples >= 0 AND (relpages > 0 OR blocks = 0)), true) AS "isKnown"
       FROM leaf`,
    [relation.schema, relation.name],
  )
  if (!row) throw new RangeError("an aggregate gave no row")
  return { ...row, rows: Math.round(row.rows) }
}

/**
 * The size with fresh statistics where there were none: without them the server would plan each batch as a scan of the
 * whole table. An exact count would read every row beforehand only to show a total; the estimate is corrected as the
 * walk goes on and is exact at its end.
 */
export async function sizeUp(session: Session, walk: TableWalk): Promise<TableSize> {
  const size = await measureTable(session, walk)
  if (size.isKnown) return size
  try {
    await session.query(sql`ANALYZE ${qualified(walk.relation)}`)
    return await measureTable(session, walk)
  } catch (error) {
    // Somebody else's VACUUM or index build holds the table, or only its owner may: count instead.
    if (!isLockFailure(error) && !(error instanceof SluiceError && sqlstateOf(error) === "42501")) throw error
    const children = walk.partitioned ? none : sql`ONLY `
    const [row] = await session.query<{ rows: number }>(
      sql`SELECT count(*)::float8 AS rows FROM ${children}${qualified(walk.relation)}`,
    )
    return { ...size, rows: row?.rows ?? 0, isKnown: true }
  }
}
