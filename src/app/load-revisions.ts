import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { stemOf } from "../revisions/file-name.ts"
import { readRevisions } from "../revisions/read-folder.ts"
import type { Revision, RevisionFile } from "../revisions/revision.ts"

/** The revision files of the migrations folder; anything else in it (a README) is nobody's business. */
export async function readRevisionFiles(directory: string): Promise<readonly RevisionFile[]> {
  let names: readonly string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "can't be read"
    throw new UserError(
      {
        code: "MIGRATIONS_MISSING",
        subject: directory,
        message: `the migrations folder ${directory} ${why}`,
        hint: "sluice init makes one; migrations: in sluice.yaml names another",
      },
      { cause: error },
    )
  }
  const files = names.filter((name) => stemOf(name) !== null).toSorted()
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(join(directory, name), "utf8") })))
}

/** The folder's revisions with everything that is wrong with them, file by file. */
export async function readRevisionsOf(
  directory: string,
): Promise<{ readonly revisions: readonly Revision[]; readonly findings: readonly Finding[] }> {
  return readRevisions(await readRevisionFiles(directory))
}
