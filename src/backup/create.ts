import { isDeepStrictEqual } from "node:util"
import { isVerified, type BackupRecord, type VerifiedBackup } from "../domain/backup.ts"
import type { Attempt } from "../execution/attempt.ts"
import { listBackups, registerBackup } from "../ledger/backups.ts"
import { inDirectory } from "./directory-failure.ts"
import { dump } from "./dump.ts"
import { digestOf, exists, fileOf, prepareDirectory, readRecords, writeRecord } from "./files.ts"
import type { BackupInput } from "./input.ts"
import { chooseId, idAtTime, isIdOf, removeLeftovers } from "./naming.ts"
import { prove } from "./prove.ts"

/**
 * A backup that counts: dumped, restored into a scratch database, compared, registered. Called again for the same run
 * after a kill, it goes on with what stands: a verified backup is answered as it is, a finished dump is not made anew.
 * What is known of a backup is what the register has of it: file and record in the directory may have been changed together.
 */
export function createBackup(input: BackupInput, attempt: Attempt): Promise<VerifiedBackup> {
  return inDirectory(input.config.backups.directory, () => create(input, attempt))
}

async function create(input: BackupInput, attempt: Attempt): Promise<VerifiedBackup> {
  const { signal } = attempt
  const { directory } = input.config.backups
  await prepareDirectory(directory)
  const { id, standing } = await takeUp(input, attempt)
  if (standing && isVerified(standing)) return standing
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
  const registered = await listBackups(input.control, { run })
  const own = (await readRecords(directory)).filter((record) => isIdOf(run, record.id) && record.run === run)
  const known = own.map((found) => ({ found, word: registered.find(({ id }) => id === found.id) ?? null }))
  for (const { found, word } of known.toSorted((a, b) => Number(isProven(b.word)) - Number(isProven(a.word)))) {
    const standing = await stillStanding(input, { found, word }, attempt.signal)
    if (standing) return { id: standing.id, standing }
  }
  const taken = registered.map(({ id }) => id)
  return { id: await chooseId(directory, run, attempt.number, taken), standing: null }
}

/** A backup as its record in the directory has it, and as the register has it: null before it was tried out. */
interface Known {
  readonly found: BackupRecord
  readonly word: BackupRecord | null
}

function isProven(word: BackupRecord | null): boolean {
  return word?.state === "verified"
}

/**
 * The backup, where it is whole and may be gone on with. One that the register doesn't know is yet to be proven,
 * whatever its record says. One whose file isn't what the register knows is registered as failed.
 */
async function stillStanding(
  { plan, config, control, actor }: BackupInput,
  { found, word }: Known,
  signal: AbortSignal,
): Promise<BackupRecord | null> {
  const { directory } = config.backups
  if ((word ?? found).state === "failed") return null
  const record = word ?? ({ ...found, state: "unverified", restoreSeconds: null } as const)
  if (record.planHash !== (plan?.hash ?? null)) return null
  if (!(await isIntact(directory, record, signal))) {
    if (word) await registerBackup(control, { ...word, state: "failed" }, actor)
    return null
  }
  if (!isDeepStrictEqual(found, record)) await writeRecord(directory, record)
  return record
}

async function isIntact(directory: string, record: BackupRecord, signal: AbortSignal): Promise<boolean> {
  const file = fileOf(directory, record)
  return (await exists(file)) && (await digestOf(file, signal)).sha256 === record.sha256
}
