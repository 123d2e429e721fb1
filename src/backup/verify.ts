import type { BackupRecord, VerifiedBackup } from "../domain/backup.ts"
import type { Attempt } from "../execution/attempt.ts"
import { inDirectory } from "./directory-failure.ts"
import type { BackupContext } from "./input.ts"
import { prove } from "./prove.ts"

export interface VerifyInput extends BackupContext {
  /** As the register has it: the record beside the file could have been changed together with it. */
  readonly backup: BackupRecord
}

/**
 * Is a backup still good? Its file's hash, then a test restore compared with the snapshot's counts and hashes. Answers
 * the renewed record; a backup that is no good is registered as `failed` and thrown as `RefusedError` (BACKUP_CORRUPT,
 * BACKUP_DIFFERS, BACKUP_FAILED).
 */
export async function verifyBackup(input: VerifyInput, attempt: Attempt): Promise<VerifiedBackup> {
  attempt.heartbeat({ backup: input.backup.id, stage: "test restore" })
  // An owner of its own: two checks of the same backup at the same time don't drop each other's database.
  const owner = `verify ${input.backup.id} ${process.pid} ${performance.now()}`
  return inDirectory(input.config.backups.directory, () =>
    prove(input, input.backup, { owner, signal: attempt.signal }),
  )
}
