import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Sluice } from "../harness/sluice.ts"
import { auto } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

test("a directory of backups that can't be used stops the run with its path, and once it is mended a retry goes on", async () => {
  const project = await sluice.project({ rows: 10, gates: auto })
  const { directory } = project.app.config.backups
  await mkdir(dirname(directory), { recursive: true })
  await rename(directory, `${directory}-before`).catch(() => {})
  await writeFile(directory, "")
  await project.start()
  const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
  expect(stopped.findings).toMatchObject([{ code: "BACKUP_DIRECTORY_UNUSABLE", subject: directory }])
  await rm(directory)
  await project.send("retry")
  expect((await project.ended("completed")).findings).toEqual([])
})
