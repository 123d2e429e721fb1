import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

export const urls = `control: {url: "postgresql://sluice@db/control"}`

/** A sluice.yaml that says no more than it must. */
export const minimal = `version: 1\n${urls}\ntargets: {shop: {url: "postgresql://app@db/shop"}}\n`

/** A new folder with these files in it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-test-")))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The same, with a folder some way below to start a search from. */
export function findUpwardFolder(files: Readonly<Record<string, string>>): { root: string; below: string } {
  const root = folderWith(files)
  const below = join(root, "a", "b")
  mkdirSync(below, { recursive: true })
  return { root, below }
}
