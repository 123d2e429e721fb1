import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import type { ProjectFolder } from "../config/folder.ts"
import { RefusedError } from "../domain/errors.ts"
import { nextFileName } from "../revisions/file-name.ts"
import { mergeRevisionText } from "../revisions/templates.ts"
import { loadGraph } from "./load-graph.ts"

/** Joins all heads by a revision that has them as parents and does nothing else. Answers its path from the folder. */
export async function merge(folder: ProjectFolder, title: string): Promise<string> {
  await mkdir(folder.migrations, { recursive: true })
  const { heads } = await loadGraph(folder.migrations)
  if (heads.length < 2) {
    throw new RefusedError({
      code: "NOTHING_TO_MERGE",
      subject: folder.migrations,
      message: `the revisions have ${heads.length === 0 ? "no head" : "one head"}: there is nothing to join`,
      hint: "see them with sluice heads",
    })
  }
  const path = join(folder.migrations, nextFileName(await readdir(folder.migrations), title))
  const parents = heads
  await writeFile(path, mergeRevisionText(title, parents), { flag: "wx" })
  return relative(folder.directory, path)
}
