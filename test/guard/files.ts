import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import type { SourceFile } from "./source-file.ts"

/** Every file that version control holds or would take, with its text. `ending` as a regular expression. */
export function projectFiles(ending: RegExp): readonly SourceFile[] {
  const root = packageDirectory()
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
  return list
    .split("\n")
    .filter((path) => ending.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
}
