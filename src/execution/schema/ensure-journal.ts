import { RefusedError } from "../../domain/errors.ts"
import type { Session } from "../../postgres/session.ts"
import type { Sql } from "../../sql/sql.ts"
import { version1 } from "./version-1.ts"
import { version2 } from "./version-2.ts"
import { version3 } from "./version-3.ts"
import { version4 } from "./version-4.ts"
import { version5 } from "./version-5.ts"

/** The versions of schema `sluice`, oldest first: entry n brings it from version n to n + 1. */
const versions: readonly Sql[] = [version1, version2, version3, version4, version5]

/** Serialises installation, registration and removal. An arbitrary number; only its being the same matters. */
export const journalLock = 7_305_984_001

/**
 * Brings schema `sluice` of the target to this program's version; does nothing where it is there already. Several may
 * do so at once. Throws RefusedError JOURNAL_NEWER or SCHEMA_TAKEN.
 */
export async function ensureJournal(session: Session): Promise<void> {
  if ((await journalVersion(session)) === versions.length) return
  await session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const installed = await journalVersion(session)
    if (installed === 0) await session.query("CREATE SCHEMA sluice")
    for (const text of versions.slice(installed)) await session.query(text)
    // It has no key: where a publication sends all tables, PostgreSQL would refuse to delete from it.
    await session.query("ALTER TABLE sluice.version REPLICA IDENTITY FULL")
    await session.query("DELETE FROM sluice.version")
    await session.query("INSERT INTO sluice.version (version) VALUES ($1)", [versions.length])
  })
}

/** For a run that an earlier version has begun; where there is no journal, none is made. Throws as ensureJournal does. */
export async function upgradeJournal(session: Session): Promise<void> {
  const version = await journalVersion(session)
  if (version > 0 && version < versions.length) await ensureJournal(session)
}

/** Version of schema `sluice`; 0 where there is none. */
export async function journalVersion(session: Session): Promise<number> {
  // From the catalog, not by to_regclass: that fails where the role may not use the schema.
  const [found] = await session.query<{ versioned: boolean }>(`
    SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'version') AS versioned
      FROM pg_namespace AS n WHERE n.nspname = 'sluice'`)
  if (!found) return 0
  if (!found.versioned) throw schemaTaken()
  const [row] = await session.query<{ version: number }>("SELECT version FROM sluice.version")
  const version = row?.version ?? 0
  if (version > versions.length) throw newer(version)
  return version
}

function newer(version: number): RefusedError {
  return new RefusedError({
    code: "JOURNAL_NEWER",
    subject: "schema sluice",
    message: `the target's journal has version ${version}, this program knows ${versions.length}`,
    hint: "Use the newer Sluice that installed it.",
  })
}

function schemaTaken(): RefusedError {
  return new RefusedError({
    code: "SCHEMA_TAKEN",
    subject: "schema sluice",
    message: "the target has a schema named sluice that isn't Sluice's journal",
    hint: "Rename it: ALTER SCHEMA sluice RENAME TO …; Sluice keeps its journal there.",
  })
}
