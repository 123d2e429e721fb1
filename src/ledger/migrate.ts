import { RefusedError } from "../domain/errors.ts"
import type { Control, Transaction } from "./control.ts"
import { controlVersion, migrations } from "./migrations.ts"

interface Applied {
  readonly version: number
  readonly checksum: string
}

/**
 * Brings the control database's schema up to this program's version. Several processes may call it at once: an
 * advisory lock lets one of them do the work. All in one transaction, so it is done whole or not at all.
 */
export async function migrateControl(control: Control): Promise<void> {
  await control.transaction(async (tx) => {
    // Another process may be at it: waiting a minute for it is better than failing.
    await tx.query("SET LOCAL lock_timeout = '60s'")
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('sluice_control: migrate', 0))")
    await refuseOtherEncodings(tx)
    await tx.query(`
      CREATE SCHEMA IF NOT EXISTS sluice_control;
      CREATE TABLE IF NOT EXISTS sluice_control.migration (
        version    integer PRIMARY KEY,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`)
    const applied = await readApplied(tx)
    refuseForeignHistory(applied)
    for (const { version, text, checksum } of migrations.slice(applied.length)) {
      await tx.query(text)
      await tx.query("INSERT INTO sluice_control.migration (version, checksum) VALUES ($1, $2)", [version, checksum])
    }
  })
}

/** Throws `RefusedError` CONTROL_VERSION unless the control database's schema is exactly this program's. */
export async function checkControlVersion(control: Control): Promise<void> {
  const [row] = await control.query<{ present: boolean }>(
    "SELECT to_regclass('sluice_control.migration') IS NOT NULL AS present",
  )
  if (!row?.present) {
    throw refused(
      "the control database has not been set up",
      "Start `sluice worker` or `sluice dev` once: it sets it up.",
    )
  }
  const applied = await readApplied(control)
  refuseForeignHistory(applied)
  if (applied.length < controlVersion) {
    throw refused(
      `the control database's schema is at version ${applied.length}, this program needs ${controlVersion}`,
      "Start a `sluice worker` of this version once: it brings the schema up to date.",
    )
  }
}

async function readApplied(from: Pick<Control, "query">): Promise<readonly Applied[]> {
  return from.query<Applied>("SELECT version, checksum FROM sluice_control.migration ORDER BY version")
}

function refuseForeignHistory(applied: readonly Applied[]): void {
  if (applied.length > controlVersion) {
    throw refused(
      `the control database's schema is at version ${applied.length}, newer than this program's ${controlVersion}`,
      "Update this program: a newer one has worked with the control database.",
    )
  }
  const different = applied.find((row, index) => row.checksum !== migrations[index]?.checksum)
  if (different) {
    throw refused(
      `migration ${different.version} of the control database isn't the one that this program knows`,
      "Point `control.url` to a control database of this program's releases.",
    )
  }
}

/** Any text must come back as it was written, else hashes of entries wouldn't hold. */
async function refuseOtherEncodings(tx: Transaction): Promise<void> {
  const [row] = await tx.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding")
  if (row?.encoding === "UTF8") return
  throw refused(
    `the control database's encoding is ${row?.encoding ?? "unknown"}, it must be UTF8`,
    "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
  )
}

function refused(message: string, hint: string): RefusedError {
  return new RefusedError({ code: "CONTROL_VERSION", subject: "control database", message, hint })
}
