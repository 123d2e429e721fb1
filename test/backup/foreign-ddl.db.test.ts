import { Client } from "pg"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createBackup } from "../../src/backup/create.ts"
import type { BackupInput } from "../../src/backup/input.ts"
import { attempt, openBackup, type OpenBackup } from "./open-backup.ts"

let opened: OpenBackup
let somebody: Client
beforeEach(async () => {
  opened = await openBackup()
  somebody = new Client({ connectionString: opened.database.url.reveal(), application_name: "somebody" })
  await somebody.connect()
})
afterEach(() => somebody.end())

/** A backup that waits for a lock for as long as the test needs. */
function patiently({ input }: OpenBackup): BackupInput {
  const { target } = input
  return { ...input, target: { ...target, limits: { ...target.limits, lockTimeoutMs: 20_000 } } }
}

/** Somebody, or the backup's own sessions, wait for a lock. */
async function waits(application: string): Promise<void> {
  const text = "SELECT FROM pg_stat_activity WHERE application_name LIKE $1 AND wait_event_type = 'Lock'"
  await vi.waitFor(async () => expect(await opened.database.query(text, [application])).not.toEqual([]), {
    timeout: 20_000,
    interval: 5,
  })
}

// A snapshot from before its commit finds the new table's rows all too young, and the table empty: dump, hash and
// restore would agree on that.
test("a statement that rewrites the table while the backup begins leaves no empty table in it", async () => {
  await somebody.query("BEGIN; ALTER TABLE users ALTER COLUMN score TYPE numeric")
  const backup = createBackup(patiently(opened), attempt())
  await waits("sluice:backup:%")
  await somebody.query("COMMIT")
  expect(await backup).toMatchObject({ state: "verified", tables: [{ name: "public.users", rows: 500 }] })
})

test("a table that takes another one's name meanwhile isn't taken for it", async () => {
  await somebody.query(`BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; ALTER TABLE users RENAME TO users_before;
    CREATE TABLE users (id int); INSERT INTO users VALUES (1)`)
  const backup = createBackup(patiently(opened), attempt())
  await waits("sluice:backup:%")
  await somebody.query("COMMIT")
  // PostgreSQL looks the name up again behind the lock: what it leads to now is locked, and read.
  expect(await backup).toMatchObject({ state: "verified", tables: [{ name: "public.users", rows: 1 }] })
})

test("a table that goes meanwhile is no defect, and the next attempt goes on without it", async () => {
  await somebody.query("BEGIN; DROP TABLE users CASCADE")
  const backup = createBackup({ ...patiently(opened), plan: null }, attempt())
  const failed = expect(backup).rejects.toMatchObject({ kind: "TransientError", code: "BACKUP_OVERTAKEN" })
  await waits("sluice:backup:%")
  await somebody.query("COMMIT")
  await failed
  expect(await opened.files()).toEqual([])
  const record = await createBackup({ ...opened.input, plan: null }, attempt(2))
  expect(record.tables.map(({ name }) => name)).toEqual(["public.orders", "public.teams"])
})

test("behind somebody's waiting statement it doesn't wait for long, and holds nobody up", async () => {
  const reader = new Client({ connectionString: opened.database.url.reveal() })
  await reader.connect()
  await reader.query("BEGIN; SELECT FROM orders")
  const altered = somebody.query("ALTER TABLE orders ADD COLUMN note text")
  await waits("somebody")
  await expect(createBackup(opened.input, attempt())).rejects.toMatchObject({
    kind: "TransientError",
    code: "LOCK_TIMEOUT",
  })
  expect(await opened.files()).toEqual([])
  await reader.end()
  await altered
  expect(await createBackup(opened.input, attempt(2))).toMatchObject({ state: "verified", tables: [{ rows: 500 }] })
})
