import { execFileSync } from "node:child_process"
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, inject, onTestFinished, test } from "vitest"
import { createBackup } from "../../src/backup/create.ts"
import { verifyBackup } from "../../src/backup/verify.ts"
import { findRunBackup } from "../../src/ledger/backups.ts"
import { attempt, openBackup } from "./open-backup.ts"

/**
 * A directory of backups that can't be used is told as that, with its path, and once it is mended the same run's next
 * attempt makes its backup.
 */
const unusable = { code: "BACKUP_DIRECTORY_UNUSABLE" }

test("a file is in its place, or in that of a parent", async () => {
  const { input, directory } = await openBackup()
  await rm(directory, { recursive: true })
  await writeFile(directory, "")
  await expect(createBackup(input, attempt())).rejects.toMatchObject({
    ...unusable,
    kind: "UserError",
    finding: { subject: directory },
    message: `${directory} can't be used: a file is in its place (EEXIST)`,
  })
  const below = { ...input, config: { backups: { directory: join(directory, "below"), scratchUrl: null } } }
  await expect(createBackup(below, attempt())).rejects.toMatchObject({ ...unusable, kind: "UserError" })
  await rm(directory)
  expect(await createBackup(input, attempt())).toMatchObject({ state: "verified" })
})

test("it takes no files: mounted read-only, or not this user's", async ({ skip }) => {
  const { input, directory } = await openBackup()
  if (process.getuid?.() === 0) {
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "sluice-read-only", directory], { stdio: "pipe" })
    } catch {
      skip("this process may not mount anything")
    }
    onTestFinished(() => void execFileSync("umount", [directory], { stdio: "pipe" }))
  } else {
    await chmod(directory, 0o500)
    onTestFinished(() => chmod(directory, 0o700))
  }
  await expect(createBackup(input, attempt())).rejects.toMatchObject({
    ...unusable,
    kind: "UserError",
    message: expect.stringMatching(/-1\.dump\.partial can't be used: .* \((EROFS|EACCES)\)$/),
  })
})

test("it goes away in the middle, and comes back: tried again", async () => {
  const { input, directory } = await openBackup()
  const away = `${directory}-away`
  const vanishing = {
    ...attempt(),
    heartbeat: () => void rename(directory, away).catch(() => {}),
  }
  await expect(createBackup(input, vanishing)).rejects.toMatchObject({ ...unusable, kind: "TransientError" })
  await rename(away, directory)
  expect(await createBackup(input, attempt(2))).toMatchObject({ state: "verified" })
})

test("a backup that can't be reached isn't called gone", async () => {
  const { input, control } = await openBackup()
  const parent = await mkdtemp(join(inject("scratchDirectory"), "share-"))
  const at = { ...input, config: { backups: { directory: join(parent, "backups"), scratchUrl: null } } }
  const backup = await createBackup(at, attempt())
  await rename(parent, `${parent}-away`)
  await writeFile(parent, "")
  await expect(verifyBackup({ ...at, backup }, attempt())).rejects.toMatchObject(unusable)
  expect(await findRunBackup(control.control, input.run ?? "")).toMatchObject({ state: "verified" })
  await rm(parent)
  await rename(`${parent}-away`, parent)
  expect(await verifyBackup({ ...at, backup }, attempt())).toMatchObject({ state: "verified" })
})

test("one that is gone with its directory is registered as failed", async () => {
  const { input, control, directory } = await openBackup()
  const backup = await createBackup(input, attempt())
  await rm(directory, { recursive: true })
  await expect(verifyBackup({ ...input, backup }, attempt())).rejects.toMatchObject({ code: "BACKUP_CORRUPT" })
  expect(await findRunBackup(control.control, input.run ?? "")).toMatchObject({ state: "failed" })
})
