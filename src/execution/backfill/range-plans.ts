import type { Session } from "../../postgres/session.ts"
import { demandEveryRow } from "./no-row-hidden.ts"

/**
 * Settles for this session how the server goes about a statement that is bounded by a range. Its estimates are wrong
 * here, and their cost grows with the square of the table:
 * - The marker column has no statistics: a batch of thousands counts as one row, and is joined with itself by a nested
 *   loop (seen: 729 ms instead of 20 ms for 2,000 rows).
 * - Of a range over several columns only the first is estimated: with few tenants in the first column, each batch
 *   would read the whole table.
 * - A plan for any range reads the whole table, too: each range gets its own, however often it is asked.
 *
 * Also lets no policy hide rows, which would stay unfilled or wouldn't be compared.
 */
export async function planForRanges(session: Session): Promise<void> {
  await session.query(`
    SET enable_nestloop = off;
    SET enable_seqscan = off;
    SET plan_cache_mode = force_custom_plan;
    SET jit = off`)
  await demandEveryRow(session)
}
