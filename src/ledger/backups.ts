import type { BackupRecord } from "../domain/backup.ts"
import { UserError } from "../domain/errors.ts"
import { Ledger } from "./chain.ts"
import type { Control } from "./control.ts"

/** The latest word on a backup, in the register and in the ledger. The same word told twice is one entry. */
export async function registerBackup(control: Control, record: BackupRecord, actor = "sluice"): Promise<void> {
  await new Ledger(control).within(async (tx, append) => {
    const changed = await tx.query(
      `INSERT INTO sluice_control.backup AS b (id, run, target, state, record, created_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record
         WHERE b.record <> excluded.record
       RETURNING id`,
      [record.id, record.run, record.target, record.state, JSON.stringify(record), record.createdAt],
    )
    if (changed.length === 0) return
    const { id, run, target, kind, bytes, sha256, state, restoreSeconds, missingForeignKeys, notes } = record
    const rows = record.tables.reduce((sum, table) => sum + table.rows, 0)
    const counts = {
      tables: record.tables.length,
      rows,
      missingForeignKeys: missingForeignKeys.length,
      notes: notes.length,
    }
    await append({
      actor,
      kind: "backup.registered",
      ...(run === null ? {} : { run }),
      detail: { backup: id, target, kind, state, bytes, sha256, restoreSeconds, ...counts },
    })
  })
}

/** The register, the latest backup first. */
export async function listBackups(
  control: Control,
  filter: { readonly target?: string; readonly run?: string } = {},
): Promise<readonly BackupRecord[]> {
  const rows = await control.query<{ record: BackupRecord }>(
    `SELECT record FROM sluice_control.backup
      WHERE ($1::text IS NULL OR target = $1) AND ($2::text IS NULL OR run = $2)
      ORDER BY created_at DESC, id DESC`,
    [filter.target ?? null, filter.run ?? null],
  )
  return rows.map(({ record }) => record)
}

/** The run's latest backup; null: it has none. */
export async function findRunBackup(control: Control, run: string): Promise<BackupRecord | null> {
  return (await listBackups(control, { run }))[0] ?? null
}

/** A backup by its id. `UserError` UNKNOWN_BACKUP where the register has none of that name. */
export async function findBackup(control: Control, id: string): Promise<BackupRecord> {
  const [row] = await control.query<{ record: BackupRecord }>(
    "SELECT record FROM sluice_control.backup WHERE id = $1",
    [id],
  )
  if (row) return row.record
  throw new UserError({
    code: "UNKNOWN_BACKUP",
    subject: id,
    message: "the register has no backup of this name",
    hint: "`sluice backup list` names them all.",
  })
}
