import type { Database } from "../ground/database.ts"
import { OurRun } from "../ours/our-run.ts"
import type { Pgroll } from "../peers/pgroll.ts"
import type { Change } from "./change.ts"
import { fillUsers } from "./users.ts"

/** The table as applications use it between the backfill and the contract of a change, by us. */
export async function dualWrittenByUs(database: Database, change: Change, rows: number): Promise<void> {
  await fillUsers(database, rows)
  const run = await OurRun.begin(database, change)
  await run.expand()
  await run.fill()
  await database.query("VACUUM (FULL, FREEZE, ANALYZE) public.users")
}

/** The same by pgroll. */
export async function dualWrittenByPgroll(
  database: Database,
  change: Change,
  rows: number,
  pgroll: Pgroll,
): Promise<void> {
  await fillUsers(database, rows)
  await pgroll.prepare(database.admin)
  await pgroll.start(database.admin, change.pgroll)
  await database.query("VACUUM (FULL, FREEZE, ANALYZE) public.users")
}
