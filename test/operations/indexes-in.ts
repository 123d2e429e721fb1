import type { TestDatabase } from "../harness/database.ts"

/** Definitions of all indexes but primary keys of schema public, in their order by name; invalid ones are marked. */
export async function indexesIn(database: TestDatabase): Promise<readonly string[]> {
  const rows = await database.query<{ definition: string; valid: boolean }>(
    `SELECT pg_get_indexdef(indexrelid) AS definition, indisvalid AS valid FROM pg_index
     WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) AND NOT indisprimary
     ORDER BY indexrelid::regclass::text`,
  )
  return rows.map(({ definition, valid }) => (valid ? definition : `invalid: ${definition}`))
}
