import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createBackup } from "../../src/backup/create.ts"
import { sha256 } from "../../src/domain/hash.ts"
import type { BackupRecord } from "../../src/domain/backup.ts"
import { findBackup, findRunBackup, listBackups } from "../../src/ledger/backups.ts"
import { attempt, openBackup, type OpenBackup } from "./open-backup.ts"

/** What lies in the directory may have been changed between two attempts of a run: what the register has is what counts. */
const forged = "not a dump"

async function forgeRecord({ directory }: OpenBackup, record: BackupRecord, changes: object): Promise<void> {
  await writeFile(join(directory, `${record.id}.json`), JSON.stringify({ ...record, ...changes }))
}

async function forgeBoth(opened: OpenBackup, record: BackupRecord): Promise<void> {
  await writeFile(join(opened.directory, record.file), forged)
  await forgeRecord(opened, record, { bytes: forged.length, sha256: sha256(forged) })
}

test("file and record changed together: it counts as failed, and another is made beside it", async () => {
  const opened = await openBackup()
  const { input, control, directory } = opened
  const run = input.run ?? ""
  const record = await createBackup(input, attempt())
  await forgeBoth(opened, record)
  const another = await createBackup(input, attempt())
  expect(another).toMatchObject({ id: `${run}-2`, state: "verified", tables: [{ rows: 500 }] })
  expect(await findRunBackup(control.control, run)).toEqual(another)
  expect(await findBackup(control.control, record.id)).toEqual({ ...record, state: "failed" })
  const told = (await control.ledger.entriesOf(run)).map(({ detail }) => [detail["backup"], detail["state"]])
  expect(told).toEqual([
    [record.id, "verified"],
    [record.id, "failed"],
    [another.id, "verified"],
  ])
  expect(await readFile(join(directory, record.file), "utf8")).toBe(forged)
})

test("the record alone changed: the backup is what the register has, and its record is put right", async () => {
  const opened = await openBackup()
  const { input, control, directory } = opened
  const record = await createBackup(input, attempt())
  await forgeRecord(opened, record, { sha256: sha256(forged), state: "failed", tables: [], missingForeignKeys: [] })
  expect(await createBackup(input, attempt(2))).toEqual(record)
  expect(JSON.parse(await readFile(join(directory, `${record.id}.json`), "utf8"))).toEqual(record)
  expect(await listBackups(control.control, { run: input.run ?? "" })).toEqual([record])
})

test("one that the register doesn't know is proven, whatever its record says", async () => {
  const opened = await openBackup()
  const { input, control } = opened
  const record = await createBackup(input, attempt())
  // A worker killed between the two words leaves it so.
  await control.database.query("DELETE FROM sluice_control.backup")
  expect(await createBackup(input, attempt(2))).toEqual({ ...record, restoreSeconds: expect.any(Number) })
  await control.database.query("DELETE FROM sluice_control.backup")
  await forgeBoth(opened, record)
  await expect(createBackup(input, attempt(2))).rejects.toMatchObject({ kind: "RefusedError" })
  expect(await findBackup(control.control, record.id)).toMatchObject({ state: "failed" })
})

test("a record without its file's name, or with another's, is passed over", async () => {
  const opened = await openBackup()
  const { input } = opened
  const record = await createBackup(input, attempt())
  for (const [number, file] of [
    [2, undefined],
    [3, "../elsewhere.dump"],
  ] as const) {
    const latest = { ...record, id: `${input.run}-${number - 1}` }
    await forgeRecord(opened, latest, { file })
    expect(await createBackup(input, attempt())).toMatchObject({ id: `${input.run}-${number}`, state: "verified" })
  }
})

test("no backup takes the place in the register of one that lies elsewhere", async () => {
  const { input, control, directory } = await openBackup()
  const record = await createBackup(input, attempt())
  await rm(join(directory, record.file))
  await rm(join(directory, `${record.id}.json`))
  expect(await createBackup(input, attempt())).toMatchObject({ id: `${input.run}-2`, state: "verified" })
  expect(await findBackup(control.control, record.id)).toEqual(record)
})
