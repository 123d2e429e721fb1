import type { DatabaseLocale } from "../domain/backup.ts"
import type { Session } from "../postgres/session.ts"

/** What a restore has to know of the database that was backed up. */
export interface SourceDatabase {
  readonly serverMajor: number
  readonly locale: DatabaseLocale
}

export async function readSource(session: Session): Promise<SourceDatabase> {
  const [row] = await session.query<DatabaseLocale & { major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major,
            pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
            datlocprovider::text AS provider,
            coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale
       FROM pg_database AS d WHERE datname = current_database()`,
  )
  const {
    major: serverMajor = 0,
    encoding = "UTF8",
    collate = "C",
    ctype = "C",
    provider = "c",
    locale = null,
  } = row ?? {}
  return { serverMajor, locale: { encoding, collate, ctype, provider, locale } }
}
