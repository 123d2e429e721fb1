import type { TestDatabase } from "../harness/database.ts"

/** How many backends of a database run a statement that contains the text. */
export async function running(database: TestDatabase, text: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'`,
    [text],
  )
  return row?.n ?? 0
}
