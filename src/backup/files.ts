import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { BackupRecord } from "../domain/backup.ts"
import { RefusedError } from "../domain/errors.ts"

/** Only the user that runs Sluice may look into backups. */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
}

/** `RefusedError` NO_SPACE unless the directory's file system has that many bytes free. */
export async function requireSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  if (free >= bytes) return
  throw new RefusedError({
    code: "NO_SPACE",
    subject: directory,
    message: `the backup may need ${megabytes(bytes)} MB and ${directory} has ${megabytes(free)} MB free`,
    hint: "Make space there, or name another `backups.directory`.",
  })
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000)
}

/** sha256 of a file's content, in hex, and its length. */
export async function digestOf(file: string, signal: AbortSignal): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest("hex"), bytes }
}

/** An empty file that nobody else may read, for a tool to write into. */
export async function createPrivate(file: string): Promise<void> {
  await (await open(file, "w", 0o600)).close()
}

/** Gives a finished file its name. Forced to disk on both sides: what bears the name is whole, also after a crash. */
export async function publish(aside: string, file: string): Promise<void> {
  await sync(aside)
  await rename(aside, file)
  await sync(dirname(file))
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What was begun and failed goes; where that fails too, the first failure is the one to tell. */
export async function discard(aside: string): Promise<void> {
  await rm(aside, { force: true }).catch(() => {})
}

export function fileOf(directory: string, record: Pick<BackupRecord, "file">): string {
  return join(directory, record.file)
}

/** Writes the record beside the backup's file. */
export async function writeRecord(directory: string, record: BackupRecord): Promise<void> {
  const file = join(directory, `${record.id}.json`)
  const aside = `${file}.partial`
  try {
    const handle = await open(aside, "w", 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`)
    } finally {
      await handle.close()
    }
    await publish(aside, file)
  } catch (error) {
    await discard(aside)
    throw error
  }
}

/** The records in the directory; a file that holds none is passed over. */
export async function readRecords(directory: string): Promise<readonly BackupRecord[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json"))
  const records = await Promise.all(names.map((name) => readRecord(join(directory, name))))
  return records.filter((record) => record !== null)
}

async function readRecord(file: string): Promise<BackupRecord | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"))
    return isRecord(value) && basename(file) === `${value.id}.json` ? value : null
  } catch {
    return null
  }
}

/** Enough of one to be looked for by: somebody may have had a hand in it. */
function isRecord(value: unknown): value is BackupRecord {
  if (typeof value !== "object" || value === null) return false
  const { id, file, sha256, tables, notes } = value as Partial<Record<keyof BackupRecord, unknown>>
  const isNamed = typeof id === "string" && file === `${id}.dump` && typeof sha256 === "string"
  return isNamed && Array.isArray(tables) && Array.isArray(notes)
}

/** Where the file system doesn't tell, that is thrown: a backup that can't be reached isn't gone. */
export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return false
      throw error
    },
  )
}
