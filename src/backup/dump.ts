import { join } from "node:path"
import type { BackedUpTable, BackupRecord } from "../domain/backup.ts"
import { displayName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"
import { findPostgresTool } from "../postgres/tools.ts"
import { both } from "./both.ts"
import { readContents, type Contents } from "./contents.ts"
import { createPrivate, digestOf, discard, publish, requireSpace, writeRecord } from "./files.ts"
import type { BackupInput } from "./input.ts"
import { sessionName } from "./naming.ts"
import { chooseScratchServer } from "./scratch-server.ts"
import { readSource } from "./source.ts"
import { runTool } from "./run-tool.ts"
import { requireLocked, withSnapshot } from "./snapshot.ts"
import { hashTable } from "./table-hash.ts"
import { relationPatterns, schemaPatterns } from "./table-pattern.ts"

/** Beside the tables' data: definitions, the archive's own head. */
const overheadBytes = 16_000_000

/**
 * Dumps the whole schema and the data of what is touched, and hashes the same rows in the same snapshot. The file gets
 * its name only once it is whole and on disk; its record says `unverified`.
 */
export async function dump(
  input: BackupInput,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<BackupRecord> {
  const { directory } = input.config.backups
  const file = `${id}.dump`
  const aside = join(directory, `${file}.partial`)
  try {
    const taken = await dumpAndHash(input, aside, signal, id)
    const digest = await digestOf(aside, signal)
    await publish(aside, join(directory, file))
    const record: BackupRecord = {
      id,
      target: input.target.name,
      run: input.run,
      planHash: input.plan?.hash ?? null,
      kind: "dump",
      file,
      ...digest,
      state: "unverified",
      ...taken,
      restoreSeconds: null,
    }
    await writeRecord(directory, record)
    return record
  } catch (error) {
    await discard(aside)
    throw error
  }
}

type Taken = Pick<BackupRecord, "tables" | "createdAt" | "serverMajor" | "locale" | "missingForeignKeys" | "notes">

/** Two sessions at the same time: the dump's, and ours, which holds the snapshot and hashes. */
async function dumpAndHash(input: BackupInput, aside: string, signal: AbortSignal, id: string): Promise<Taken> {
  const { target, plan } = input
  const applicationName = sessionName(input.run ?? id)
  const { lockTimeoutMs } = target.limits
  const stopping = new AbortController()
  const contentsOf = (session: Session): Promise<Contents> =>
    readContents(session, plan?.relations ?? null, target.schemas)
  const options = {
    url: target.url,
    applicationName,
    lockTimeoutMs,
    tables: async (session: Session) => (await contentsOf(session)).sources,
    signal: AbortSignal.any([signal, stopping.signal]),
  }
  return withSnapshot(options, async (session, snapshot) => {
    const createdAt = new Date().toISOString()
    const source = await readSource(session)
    const contents = await contentsOf(session)
    await requireLocked(
      session,
      contents.sources.map(({ oid }) => oid),
    )
    const bytes = contents.sources.reduce((sum, source) => sum + source.bytes, overheadBytes)
    // Before hours of dumping, not after: can it be proven at all?
    await chooseScratchServer(input, source.serverMajor, signal)
    await requireSpace(input.config.backups.directory, bytes)
    const path = await findPostgresTool("pg_dump", source.serverMajor)
    const args = dumpArguments(contents, { snapshot, lockTimeoutMs, file: aside })
    await createPrivate(aside)
    const [tables] = await both(
      signal,
      (shared) => {
        // The session has its own signal; a failing pg_dump must stop its statement too.
        shared.addEventListener("abort", () => stopping.abort(shared.reason), { once: true })
        return hashAll(session, contents)
      },
      (shared) => runTool({ path, args, url: target.url, applicationName, signal: shared }),
    )
    const notes = contents.unreadable.map((relation) => `left out, since it may not be read: ${displayName(relation)}`)
    return { tables, createdAt, ...source, missingForeignKeys: contents.missingForeignKeys, notes }
  })
}

async function hashAll(session: Session, contents: Contents): Promise<readonly BackedUpTable[]> {
  const tables: BackedUpTable[] = []
  for (const source of contents.sources.filter(({ hasRows }) => hasRows)) {
    const { schema, name, columns } = source
    const hash = await hashTable(session, { schema, table: name, columns })
    tables.push({ name: displayName(source), schema, table: name, columns, ...hash })
  }
  return tables
}

/** pg_dump 15's words; later versions still know them. */
function dumpArguments(
  { emptyTables, emptySchemas, unreadable }: Contents,
  { snapshot, lockTimeoutMs, file }: { snapshot: string; lockTimeoutMs: number; file: string },
): readonly string[] {
  return [
    "--format=custom",
    "--compress=1",
    `--file=${file}`,
    `--snapshot=${snapshot}`,
    `--lock-wait-timeout=${lockTimeoutMs}`,
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    // Large objects belong to no table.
    "--no-blobs",
    ...relationPatterns(emptyTables).map((pattern) => `--exclude-table-data=${pattern}`),
    ...schemaPatterns(emptySchemas).map((pattern) => `--exclude-table-data=${pattern}`),
    ...relationPatterns(unreadable).map((pattern) => `--exclude-table=${pattern}`),
  ]
}
