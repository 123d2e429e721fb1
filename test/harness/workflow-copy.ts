import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker"
import { packageDirectory } from "../../src/stack/toolchain.ts"

/** A change of one workflow file: `before` must be there exactly once. */
export interface Edit {
  readonly file: string
  readonly before: string
  readonly after: string
}

/** Bundles a copy of the workflows with some edits: another version of them. The copy is removed again. */
export async function bundleEdited(edits: readonly Edit[]): Promise<{ readonly code: string }> {
  const root = packageDirectory()
  const parent = join(root, ".sluice")
  await mkdir(parent, { recursive: true })
  // Inside the package, so that its dependencies are found.
  const copy = await mkdtemp(join(parent, "workflows-"))
  try {
    const sources = (path: string): boolean => !path.includes(".bundle-")
    await cp(join(root, "workflows"), join(copy, "workflows"), { recursive: true, filter: sources })
    await cp(join(root, "src", "domain"), join(copy, "src", "domain"), { recursive: true })
    for (const { file, before, after } of edits) {
      const path = join(copy, "workflows", file)
      const text = await readFile(path, "utf8")
      if (text.split(before).length !== 2) throw new Error(`${file} must have this exactly once: ${before}`)
      await writeFile(
        path,
        text.replace(before, () => after),
      )
    }
    return await bundleWorkflowCode({
      workflowsPath: join(copy, "workflows", "index.ts"),
      logger: new DefaultLogger("ERROR"),
    })
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
