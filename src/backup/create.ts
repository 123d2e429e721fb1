import { isVerified, type BackupRecord, type VerifiedBackup } from "../domain/backup.ts"
import type { Attempt } from "../execution/attempt.ts"
import { registerBackup } from "../ledger/backups.ts"
import { inDirectory } from "./directory-failure.ts"
import { dump } from "./dump.ts"
import { digestOf, exists, fileOf, prepareDirectory, readRecords } from "./files.ts"
import type { BackupInput } from "./input.ts"
import { chooseId, idAtTime, removeLeftovers } from "./naming.ts"
import { prove } from "./prove.ts"

/**
 * A backup that counts: dumped, restored into a scratch database, compared, registered. Called again for the same run
 * after a kill, it goes on with what stands: a verified backup is answered as it is, a finished dump is not made anew.
 */
export function createBackup(input: BackupInput, attempt: Attempt): Promise<VerifiedBackup> {
  return inDirectory(input.config.backups.directory, () => create(input, attempt))
}

async function create(input: BackupInput, attempt: Attempt): Promise<VerifiedBackup> {
  const { signal } = attempt
  const { directory } = input.config.backups
  await prepareDirectory(directory)
  const { id, standing } = await takeUp(input, attempt)
  if (standing && isVerified(standing)) {
    await registerBackup(input.control, standing, input.actor)
    return standing
  }
  attempt.heartbeat({ backup: id, stage: "dump" })
  const record = standing ?? (await dump(input, { id, signal }))
  attempt.heartbeat({ backup: id, stage: "test restore" })
  return prove(input, record, { owner: input.run ?? id, signal })
}

interface TakenUp {
  readonly id: string
  /** A whole and unharmed backup of this run and plan, verified or not. */
  readonly standing: BackupRecord | null
}

async function takeUp(input: BackupInput, attempt: Attempt): Promise<TakenUp> {
  const { directory } = input.config.backups
  const { run, target } = input
  if (run === null) return { id: idAtTime(target.name, new Date()), standing: null }
  await removeLeftovers(directory, run)
  const own = (await readRecords(directory)).filter(
    (record) => record.run === run && record.state !== "failed" && record.planHash === (input.plan?.hash ?? null),
  )
  for (const record of own.toSorted((a, b) => Number(b.state === "verified") - Number(a.state === "verified"))) {
    if (await isIntact(directory, record, attempt.signal)) return { id: record.id, standing: record }
  }
  return { id: await chooseId(directory, run, attempt.number), standing: null }
}

async function isIntact(directory: string, record: BackupRecord, signal: AbortSignal): Promise<boolean> {
  const file = fileOf(directory, record)
  return (await exists(file)) && (await digestOf(file, signal)).sha256 === record.sha256
}
