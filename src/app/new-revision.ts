import { existsSync } from "node:fs"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import type { ProjectFolder } from "../config/folder.ts"
import { UserError } from "../domain/errors.ts"
import { nextFileName } from "../revisions/file-name.ts"
import { newRevisionText } from "../revisions/templates.ts"
import { loadGraph } from "./load-graph.ts"

export interface NewRevisionRequest {
  readonly title: string
  /** Without it the only head. */
  readonly parent?: string | undefined
}

/** Writes the next revision's file, for a person to fill in. Answers its path from the project's folder. */
export async function newRevision(folder: ProjectFolder, request: NewRevisionRequest): Promise<string> {
  if (request.title.trim() === "")
    throw new UserError({
      code: "BAD_ARGUMENT",
      subject: "TITLE",
      message: "a revision needs a title",
      hint: 'sluice new "Split users.name"',
    })
  await mkdir(folder.migrations, { recursive: true })
  const graph = await loadGraph(folder.migrations)
  const isFirst = graph.revisions.length === 0 && request.parent === undefined
  const parent = isFirst ? null : (request.parent === undefined ? graph.head() : graph.find(request.parent)).id
  const path = join(folder.migrations, nextFileName(await readdir(folder.migrations), request.title))
  if (existsSync(path)) throw new UserError({ code: "FILE_EXISTS", subject: path, message: `${path} is there already` })
  await writeFile(path, newRevisionText(request.title, parent), { flag: "wx" })
  return relative(folder.directory, path)
}
