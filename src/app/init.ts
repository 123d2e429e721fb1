import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { configFileName } from "../config/find-file.ts"
import { RefusedError } from "../domain/errors.ts"
import { firstRevisionText, sluiceYamlText } from "./templates.ts"

/** Writes a commented configuration and a first revision. Overwrites nothing: either both are new or neither is written. */
export async function init(directory: string): Promise<readonly string[]> {
  const files = [
    { path: join(directory, configFileName), text: sluiceYamlText },
    { path: join(directory, "migrations", "0001_first.yaml"), text: firstRevisionText },
  ]
  for (const { path } of files)
    if (existsSync(path))
      throw new RefusedError({
        code: "FILE_EXISTS",
        subject: relative(directory, path),
        message: `${relative(directory, path)} is there already; nothing was written`,
        hint: "move it away, or go on with it: sluice doctor",
      })
  await mkdir(join(directory, "migrations"), { recursive: true })
  // "wx": refuses where another process was quicker.
  for (const { path, text } of files) await writeFile(path, text, { flag: "wx" })
  return files.map(({ path }) => relative(directory, path))
}
