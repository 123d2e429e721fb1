import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Secret } from "../config/config.ts"
import type { BackupRecord } from "../domain/backup.ts"
import { findPostgresTool } from "../postgres/tools.ts"
import { requireExtensions } from "./extensions.ts"
import { fileOf } from "./files.ts"
import type { BackupContext } from "./input.ts"
import { restoreList, type RestoreList } from "./restore-list.ts"
import { runTool } from "./run-tool.ts"
import { withScratchDatabase } from "./scratch-database.ts"
import { chooseScratchServer, type ScratchServer } from "./scratch-server.ts"
import { sessionName } from "./naming.ts"

export interface Restored {
  /** What pg_restore took: the measured time of a recovery. */
  readonly seconds: number
  readonly notes: readonly string[]
}

/** Restores a backup into a database of its own, lets `look` see it, and drops it. */
export async function testRestore(
  context: BackupContext,
  record: BackupRecord,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
  look: (url: Secret) => Promise<void>,
): Promise<Restored> {
  const server = await chooseScratchServer(context, record.serverMajor, signal)
  const file = fileOf(context.config.backups.directory, record)
  const path = await findPostgresTool("pg_restore", record.serverMajor)
  const applicationName = sessionName(owner)
  const version = await runTool({ path, args: ["--version"], url: null, applicationName, signal })
  const toolMajor = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? 0)
  const stumbles = toolMajor >= transactionTimeoutSince && server.serverMajor < transactionTimeoutSince
  const contents = await runTool({ path, args: ["--list", file], url: null, applicationName, signal })
  const list = restoreList(contents, {
    foreignKeys: record.missingForeignKeys.map(({ oid }) => oid),
    plain: !server.superuser,
  })
  await requireExtensions(server, list.extensions, signal)
  return withScratchDatabase({ server, owner, locale: record.locale, signal }, async ({ name, url, notes }) => {
    const began = performance.now()
    await withListFile(list, (listFile) => {
      const args = [...restoreArguments(server, stumbles), `--use-list=${listFile}`, `--dbname=${name}`, file]
      return runTool({ path, args, url, applicationName, signal, tolerates: onlyUnknownTimeout })
    })
    const seconds = Math.round(performance.now() - began) / 1000
    await look(url)
    return { seconds, notes: [...notes, ...list.notes] }
  })
}

/** The first major version with the setting `transaction_timeout`, which newer tools switch off before they begin. */
const transactionTimeoutSince = 17

/**
 * True where every error of pg_restore is an older server's word that it doesn't know `transaction_timeout`. Newer
 * tools are what people have, and an archive can be read by no older pg_restore than the pg_dump that wrote it.
 */
export function onlyUnknownTimeout(stderr: string): boolean {
  const ignored = Number(/errors ignored on restore: (\d+)/.exec(stderr)?.[1] ?? 0)
  const errors = stderr.match(/^pg_restore: error:/gm)?.length ?? 0
  const known = stderr.match(/^Command was: SET transaction_timeout = 0;$/gm)?.length ?? 0
  return known > 0 && known === errors && known === ignored
}

function restoreArguments(server: ScratchServer, stumbles: boolean): readonly string[] {
  // Owners and grants name roles: all there on the target's own server, for a superuser. Elsewhere they may be missing.
  const ownership = server.own && server.superuser ? [] : ["--no-owner", "--no-acl"]
  return [
    // Else errors are counted and make the exit status (see onlyUnknownTimeout), exactly so by one process alone.
    ...(stumbles ? [] : ["--exit-on-error", "--jobs=2"]),
    "--no-tablespaces",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-comments",
    ...ownership,
  ]
}

async function withListFile<T>(list: RestoreList, work: (file: string) => Promise<T>): Promise<T> {
  await clearLeftovers()
  const folder = await mkdtemp(join(tmpdir(), folderPrefix))
  try {
    const file = join(folder, "list")
    await writeFile(file, list.text, { mode: 0o600 })
    return await work(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const folderPrefix = "sluice-restore-"
/** No restore takes so long, in milliseconds. */
const staleAfterMs = 7 * 86_400_000

/** Folders of ours that a killed worker has left behind. Nothing depends on their going. */
async function clearLeftovers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name)
    const found = await stat(folder).catch(() => null)
    const isOurs = found !== null && found.uid === process.getuid?.() && Date.now() - found.mtimeMs > staleAfterMs
    if (isOurs) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}
