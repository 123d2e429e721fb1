import { chmod, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Client } from "pg"
import { expect, inject, onTestFinished, test, vi } from "vitest"
import { createBackup } from "../../src/backup/create.ts"
import { requireSpace } from "../../src/backup/files.ts"
import { ownerTag, sessionName } from "../../src/backup/naming.ts"
import { verifyBackup } from "../../src/backup/verify.ts"
import { findRunBackup, listBackups } from "../../src/ledger/backups.ts"
import { administer } from "../harness/database.ts"
import { attempt, openBackup, type OpenBackup } from "./open-backup.ts"

/** Puts a shell script in the place of a tool; the real one is `$REAL`. Ends with the test. */
async function wrapTools(scripts: Partial<Record<"pg_dump" | "pg_restore", string>>): Promise<void> {
  const folder = await mkdtemp(join(inject("scratchDirectory"), "tools-"))
  const { binDirectory } = inject("postgres")
  for (const tool of ["pg_dump", "pg_restore"] as const) {
    const real = join(binDirectory, tool)
    // Asked for its version it answers as the real one.
    const script = `#!/bin/sh\nREAL=${real}\n[ "$1" = --version ] && exec $REAL --version\n${scripts[tool] ?? 'exec $REAL "$@"'}\n`
    await writeFile(join(folder, tool), script)
    await chmod(join(folder, tool), 0o755)
  }
  vi.stubEnv("SLUICE_PG_BIN", folder)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/** Some megabytes that don't compress. */
async function fill({ database }: OpenBackup): Promise<void> {
  await database.query(`
    INSERT INTO users (id, name)
    SELECT i, string_agg(md5(random()::text), '')
      FROM generate_series(1000, 2000) AS i, generate_series(1, 100) GROUP BY i`)
}

test("a full disk is a transient failure that leaves nothing that looks finished", async () => {
  const opened = await openBackup()
  await fill(opened)
  // The limit stands for the full disk: writing fails in the middle of the file, as it does there.
  await wrapTools({ pg_dump: `trap '' XFSZ; ulimit -f 500; exec $REAL "$@"` })
  await expect(createBackup(opened.input, attempt())).rejects.toMatchObject({
    kind: "TransientError",
    code: "DISK_FULL",
  })
  expect(await opened.files()).toEqual([])
  vi.unstubAllEnvs()
  expect(await createBackup(opened.input, attempt(2))).toMatchObject({ state: "verified" })
})

test("the device's own word for full is understood too", async () => {
  const opened = await openBackup()
  await fill(opened)
  await wrapTools({
    pg_dump: `for a; do case $a in --file=*) a=--file=/dev/full;; esac; set -- "$@" "$a"; shift; done; exec $REAL "$@"`,
  })
  await expect(createBackup(opened.input, attempt())).rejects.toMatchObject({ code: "DISK_FULL" })
  expect(await opened.files()).toEqual([])
})

test("too little space is refused beforehand, with both numbers", async () => {
  const wanted = requireSpace(inject("scratchDirectory"), 9e18)
  await expect(wanted).rejects.toMatchObject({
    code: "NO_SPACE",
    message: expect.stringMatching(/\d{13} MB .* \d+ MB free/),
  })
})

test("a pg_dump that is killed leaves nothing that looks finished", async () => {
  const { input, files } = await openBackup()
  await wrapTools({ pg_dump: `$REAL "$@"; kill -KILL $$` })
  await expect(createBackup(input, attempt())).rejects.toMatchObject({ code: "BACKUP_INTERRUPTED" })
  expect(await files()).toEqual([])
})

test("cancelled while dumping: pg_dump is gone, and so is its file", async () => {
  const { input, files, database } = await openBackup()
  const cancelling = new AbortController()
  await wrapTools({ pg_dump: `$REAL "$@"; exec sleep 600` })
  const creating = createBackup(input, attempt(1, cancelling.signal))
  await vi.waitFor(async () => expect(await files()).toContain(`${input.run}-1.dump.partial`), { timeout: 20_000 })
  const reason = new Error("cancelled")
  cancelling.abort(reason)
  await expect(creating).rejects.toBe(reason)
  expect(await files()).toEqual([])
  await vi.waitFor(async () => expect(await sessionsOf(database)).toEqual([]))
})

test("cancelled while restoring: the scratch database is dropped, and the next attempt goes on with the dump", async () => {
  const { input, scratch, database, control } = await openBackup()
  const cancelling = new AbortController()
  await wrapTools({ pg_restore: `[ "$1" = --list ] || sleep 600 & wait; exec $REAL "$@"` })
  const creating = createBackup(input, attempt(1, cancelling.signal))
  await vi.waitFor(async () => expect(await scratch()).toHaveLength(1), { timeout: 20_000 })
  cancelling.abort(new Error("cancelled"))
  await expect(creating).rejects.toThrow("cancelled")
  expect(await scratch()).toEqual([])
  vi.unstubAllEnvs()
  await database.query("DELETE FROM users WHERE id > 450")
  // 500: of the snapshot that was dumped by the first attempt.
  expect(await createBackup(input, attempt(2))).toMatchObject({ id: `${input.run}-1`, tables: [{ rows: 500 }] })
  expect(await listBackups(control.control, { run: input.run ?? "" })).toHaveLength(1)
})

test("an attempt after a kill ends what the killed one still does, and clears what it left", async () => {
  const { input, files, scratch, directory, database } = await openBackup()
  const left = `sluice_scratch_${ownerTag(input.run ?? "")}_1700000000_abcdef`
  await administer(`CREATE DATABASE ${left}`)
  await writeFile(join(directory, `${input.run}-1.dump.partial`), "half")
  await writeFile(join(directory, `${input.run}-1.dump`), "whole, but nobody knows its hashes")
  await writeFile(join(directory, `${input.run}1-1.dump`), "another run's")
  const orphan = new Client({ connectionString: database.url.reveal(), application_name: sessionName(input.run ?? "") })
  const ended = new Promise((resolve) => orphan.on("error", resolve))
  await orphan.connect()
  await orphan.query("BEGIN; LOCK TABLE users IN ACCESS SHARE MODE")
  const record = await createBackup(input, attempt())
  expect(record).toMatchObject({ id: `${input.run}-1`, state: "verified" })
  await ended
  expect(await files()).toEqual([`${input.run}-1.dump`, `${input.run}-1.json`, `${input.run}1-1.dump`])
  expect(await scratch()).toEqual([])
  expect(await createBackup(input, attempt(2))).toEqual(record)
  expect(await sessionsOf(database)).toEqual([])
})

test("a backup whose file was tampered with is found out, and counts no longer", async () => {
  const { input, control, directory, files } = await openBackup()
  const record = await createBackup(input, attempt())
  const context = { ...input, backup: record }
  expect(await verifyBackup(context, attempt())).toMatchObject({ state: "verified", sha256: record.sha256 })
  const handle = await open(join(directory, record.file), "r+")
  // Another value, whatever stands there.
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, record.bytes - 100)
  await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, record.bytes - 100)
  await handle.close()
  await expect(verifyBackup(context, attempt())).rejects.toMatchObject({ kind: "RefusedError", code: "BACKUP_CORRUPT" })
  expect(await findRunBackup(control.control, input.run ?? "")).toMatchObject({ id: record.id, state: "failed" })
  const states = (await control.ledger.entriesOf(input.run ?? "")).map(({ detail }) => detail["state"])
  expect(states.at(-1)).toBe("failed")
  // The run's next attempt doesn't take it for good, nor writes over it.
  const another = await createBackup(input, attempt())
  expect(another).toMatchObject({ id: `${input.run}-2`, state: "verified" })
  await rm(join(directory, another.file))
  await expect(verifyBackup({ ...input, backup: another }, attempt())).rejects.toMatchObject({ code: "BACKUP_CORRUPT" })
  expect(await files()).toContain(`${input.run}-2.json`)
})

test("a restore that isn't what was dumped fails the backup, naming the tables", async () => {
  const { input, control } = await openBackup()
  await wrapTools({
    pg_restore: `case $1 in --list) $REAL "$@" | grep -v "TABLE DATA public users";; *) exec $REAL "$@";; esac`,
  })
  await expect(createBackup(input, attempt())).rejects.toMatchObject({
    code: "BACKUP_DIFFERS",
    message: expect.stringContaining("public.users (0 rows instead of 500)"),
  })
  expect(await findRunBackup(control.control, input.run ?? "")).toMatchObject({ state: "failed" })
})

test("so does one with as many rows that hold something else", async () => {
  const { input, control, database } = await openBackup()
  // Says that it answers the same everywhere, and doesn't: every restore computes the column anew.
  await database.query(`
    CREATE FUNCTION place(int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.current_database()::text';
    ALTER TABLE users ADD COLUMN place text GENERATED ALWAYS AS (place(id)) STORED`)
  await expect(createBackup(input, attempt())).rejects.toMatchObject({
    code: "BACKUP_DIFFERS",
    message: expect.stringContaining("public.users (other content)"),
  })
  expect(await findRunBackup(control.control, input.run ?? "")).toMatchObject({ state: "failed" })
})

test("a locked table is a transient failure after the lock timeout", async () => {
  const { input, database, files } = await openBackup()
  const locker = new Client({ connectionString: database.url.reveal() })
  await locker.connect()
  await locker.query("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
  try {
    await expect(createBackup(input, attempt())).rejects.toMatchObject({ kind: "TransientError", code: "LOCK_TIMEOUT" })
  } finally {
    await locker.end()
  }
  expect(await files()).toEqual([])
})

test("no password is in a command line, an error, the record or the ledger", async () => {
  const { input, database, control, directory } = await openBackup()
  const seen = join(directory, "seen")
  const write = `echo "$0 $@" >> ${seen}; exec $REAL "$@"`
  await wrapTools({ pg_dump: write, pg_restore: write })
  const record = await createBackup(input, attempt())
  const everything = [
    await readFile(seen, "utf8"),
    JSON.stringify(record),
    JSON.stringify(await control.ledger.entriesOf(input.run ?? "")),
  ]
  expect(everything[0]).toContain("--snapshot=")
  expect(everything.join("\n")).not.toContain(inject("postgres").password)
  expect(everything.join("\n")).not.toContain(database.url.reveal())
})

async function sessionsOf(database: OpenBackup["database"]): Promise<readonly unknown[]> {
  return database.query(
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sluice:backup:%'",
  )
}
