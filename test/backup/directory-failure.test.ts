import { mkdtemp, readdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, inject, test } from "vitest"
import { inDirectory } from "../../src/backup/directory-failure.ts"
import { writeRecord } from "../../src/backup/files.ts"
import type { BackupRecord } from "../../src/domain/backup.ts"

const record: BackupRecord = {
  id: "run-1",
  target: "shop",
  run: "run",
  planHash: null,
  kind: "dump",
  file: "run-1.dump",
  sha256: "0".repeat(64),
  bytes: 1,
  state: "unverified",
  tables: [],
  createdAt: "2026-01-01T00:00:00.000Z",
  serverMajor: 15,
  locale: { encoding: "UTF8", collate: "C", ctype: "C", provider: "c", locale: null },
  missingForeignKeys: [],
  notes: [],
  restoreSeconds: null,
}

/** As Node throws it. */
function systemError(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: words, write`), { code, errno: -1, syscall: "write", ...(path && { path }) })
}

const failing = (error: unknown) =>
  inDirectory("/srv/backups", async () => {
    throw error
  })

test.each([
  ["ENOSPC", "RefusedError", "NO_SPACE"],
  ["EDQUOT", "RefusedError", "NO_SPACE"],
  ["EROFS", "UserError", "BACKUP_DIRECTORY_UNUSABLE"],
  ["EACCES", "UserError", "BACKUP_DIRECTORY_UNUSABLE"],
  ["EEXIST", "UserError", "BACKUP_DIRECTORY_UNUSABLE"],
  ["EIO", "TransientError", "BACKUP_DIRECTORY_UNUSABLE"],
  ["ESTALE", "TransientError", "BACKUP_DIRECTORY_UNUSABLE"],
])("%s is a %s", async (code, kind, expected) => {
  await expect(failing(systemError(code))).rejects.toMatchObject({
    kind,
    code: expected,
    finding: { subject: "/srv/backups", hint: expect.stringContaining("`backups.directory`") },
    message: expect.stringContaining(code),
  })
})

test("one that isn't known is told with its path and may pass", async () => {
  await expect(failing(systemError("ENOTTY", "/srv/backups/run-1.dump"))).rejects.toMatchObject({
    kind: "TransientError",
    message: "/srv/backups/run-1.dump can't be used: its file system refuses (ENOTTY)",
  })
})

test("a full folder for temporary files isn't called the directory of backups", async () => {
  await expect(failing(systemError("ENOSPC", "/tmp/sluice-restore-x/list"))).rejects.toMatchObject({
    code: "NO_SPACE",
    finding: { subject: "/tmp/sluice-restore-x/list", hint: expect.stringContaining("TMPDIR") },
  })
})

test.each([
  ["a defect", new TypeError("undefined is no function")],
  ["a connection's", systemError("ECONNRESET")],
  ["a bad descriptor", systemError("EBADF")],
])("what is none of the file system's stays as it is: %s", async (_, error) => {
  await expect(failing(error)).rejects.toBe(error)
})

test("a record that the full disk doesn't take leaves nothing behind", async () => {
  const directory = await mkdtemp(join(inject("scratchDirectory"), "backups-"))
  await symlink("/dev/full", join(directory, "run-1.json.partial"))
  await expect(inDirectory(directory, () => writeRecord(directory, record))).rejects.toMatchObject({ code: "NO_SPACE" })
  expect(await readdir(directory)).toEqual([])
})

test("a file in the place of a parent directory", async () => {
  const directory = await mkdtemp(join(inject("scratchDirectory"), "backups-"))
  await writeFile(join(directory, "file"), "")
  const below = join(directory, "file", "backups")
  await expect(inDirectory(below, () => writeRecord(below, record))).rejects.toMatchObject({
    kind: "UserError",
    message: expect.stringMatching(
      /file\/backups\/run-1\.json\.partial can't be used: a part of the path is no directory/,
    ),
  })
})
