import { BugError, TransientError } from "../domain/errors.ts"
import type { BackedUpTable } from "../domain/backup.ts"
import type { Session } from "../postgres/session.ts"
import { ownMark } from "../sql/own-statement.ts"
import { ident, join, qualified, sql, type Sql } from "../sql/sql.ts"

/** Which rows are hashed, and how: `ONLY` the table itself, its columns by name, so that their order doesn't matter. */
export type HashSubject = Pick<BackedUpTable, "schema" | "table" | "columns" | "method">
export type RowHash = Pick<BackedUpTable, "rows" | "hash" | "method">

/**
 * Count and hash of a table's rows: by each row's text, or, where PostgreSQL can't make a text that long (1 GB), with
 * large columns hashed by themselves. Must be called in a transaction; the session's pins make the text the same
 * everywhere.
 */
export async function hashTable(session: Session, table: Omit<HashSubject, "method">): Promise<RowHash> {
  await session.query("SAVEPOINT hash")
  try {
    return await hashTableBy(session, { ...table, method: "text" })
  } catch (error) {
    if (error instanceof TransientError) throw error
    await session.query("ROLLBACK TO SAVEPOINT hash")
    return hashTableBy(session, { ...table, method: "parts" })
  } finally {
    // Fails where the transaction is lost anyway.
    await session.query("RELEASE SAVEPOINT hash").catch(() => {})
  }
}

/** The hash by the given method: what is restored is hashed as the original was. */
export async function hashTableBy(session: Session, table: HashSubject): Promise<RowHash> {
  const columns = table.method === "text" ? table.columns.map(plain) : await partsOf(session, table)
  const from = qualified({ schema: table.schema, name: table.table })
  const [row] = await session.query<{ rows: string; hash: string }>(sql`
    SELECT ${ownMark}
           count(*)::text AS rows,
           coalesce(sum(hashtextextended(ROW(${join(columns)})::text, 0)::numeric), 0)::text AS hash
      FROM ONLY ${from} AS t`)
  if (!row) throw new BugError({ code: "BUG", subject: table.table, message: "an aggregate gave no row" })
  return { rows: Number(row.rows), hash: row.hash, method: table.method }
}

function plain(column: string): Sql {
  return sql`t.${ident(column)}`
}

/** Text and bytea by their own hashes, byte for byte: no collation, no copy of a value beside another. */
async function partsOf(session: Session, { schema, table, columns }: HashSubject): Promise<readonly Sql[]> {
  const types = await session.query<{ name: string; isText: boolean; isBinary: boolean }>(
    `SELECT a.attname::text AS name, y.typcategory = 'S' AS "isText",
            'bytea'::regtype IN (y.oid, y.typbasetype) AS "isBinary"
       FROM pg_namespace AS n
       JOIN pg_class AS c ON c.relnamespace = n.oid
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type AS y ON y.oid = a.atttypid
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, table],
  )
  const byName = new Map(types.map((type) => [type.name, type]))
  return columns.map((column) => {
    const type = byName.get(column)
    if (type?.isBinary) return sql`hash_record_extended(ROW(${plain(column)}), 0)`
    return type?.isText ? sql`hashtextextended(${plain(column)}::text COLLATE "C", 0)` : plain(column)
  })
}
