import type { BackedUpTable, BackupRecord, VerifiedBackup } from "../domain/backup.ts"
import { RefusedError } from "../domain/errors.ts"
import { registerBackup } from "../ledger/backups.ts"
import { withSession } from "../postgres/session.ts"
import { digestOf, exists, fileOf, writeRecord } from "./files.ts"
import type { BackupContext } from "./input.ts"
import { testRestore } from "./test-restore.ts"
import { hashTableBy } from "./table-hash.ts"

/** What shows that a backup is no good, as opposed to what only kept it from being tried. */
const disproofs: ReadonlySet<string> = new Set(["BACKUP_CORRUPT", "BACKUP_DIFFERS", "BACKUP_FAILED"])

/**
 * Restores a backup into a scratch database and compares every table's count and hash with those of the snapshot.
 * Answers the record as `verified`; where the backup is no good it is registered as `failed`, and the error thrown.
 */
export async function prove(
  context: BackupContext,
  record: BackupRecord,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<VerifiedBackup> {
  const { control, actor } = context
  const { directory } = context.config.backups
  try {
    await requireIntact(directory, record, signal)
    const restored = await testRestore(context, record, { owner, signal }, (url) =>
      withSession({ url, applicationName: "sluice:scratch", signal }, (session) =>
        session.transaction(() => requireEqual(session, record.tables), { readOnly: true }),
      ),
    )
    const notes = [...new Set([...record.notes, ...restored.notes])]
    const verified = { ...record, state: "verified", restoreSeconds: restored.seconds, notes } as const
    await writeRecord(directory, verified)
    await registerBackup(control, verified, actor)
    return verified
  } catch (error) {
    if (error instanceof RefusedError && disproofs.has(error.code)) {
      const failed = { ...record, state: "failed" } as const
      await registerBackup(control, failed, actor)
      // The register is what counts. Where the directory itself is gone, that the backup is no good is still to be told.
      await writeRecord(directory, failed).catch(() => {})
    }
    throw error
  }
}

async function requireIntact(directory: string, record: BackupRecord, signal: AbortSignal): Promise<void> {
  const file = fileOf(directory, record)
  if (!(await exists(file))) throw corrupt(record, "its file is gone")
  const { sha256 } = await digestOf(file, signal)
  if (sha256 !== record.sha256) throw corrupt(record, "its file isn't the one that was written")
}

async function requireEqual(
  session: Parameters<typeof hashTableBy>[0],
  tables: readonly BackedUpTable[],
): Promise<void> {
  await session.query("SET LOCAL row_security = off")
  const differing: string[] = []
  for (const table of tables) {
    const restored = await hashTableBy(session, table)
    if (restored.rows !== table.rows) differing.push(`${table.name} (${restored.rows} rows instead of ${table.rows})`)
    else if (restored.hash !== table.hash) differing.push(`${table.name} (other content)`)
  }
  if (differing.length === 0) return
  throw new RefusedError({
    code: "BACKUP_DIFFERS",
    subject: differing[0] ?? "backup",
    message: `restored, the backup isn't what it was made from: ${differing.join(", ")}`,
    hint: "Don't rely on it. Make another with `sluice backup create`.",
  })
}

function corrupt(record: BackupRecord, reason: string): RefusedError {
  return new RefusedError({
    code: "BACKUP_CORRUPT",
    subject: record.id,
    message: `the backup ${record.id} is no good any more: ${reason}`,
    hint: "Don't rely on it. Make another with `sluice backup create`, and look at the disk.",
  })
}
