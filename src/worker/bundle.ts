import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { readdir, readFile, rename, writeFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { bundleWorkflowCode } from "@temporalio/worker"

/** Where the workflows lie beside this file: compiled in dist, or as sources when run by the tests. */
function workflowsFolder(): string {
  return fileURLToPath(new URL("../../workflows", import.meta.url))
}

/**
 * The bundle of all workflows as a file, made anew when the sources' hash has changed. Workers start from it in a
 * quarter of a second instead of bundling for two.
 */
export async function workflowBundle(): Promise<{ readonly codePath: string }> {
  const folder = workflowsFolder()
  const entry = ["index.js", "index.ts"].map((name) => path.join(folder, name)).find((file) => existsSync(file))
  if (!entry) throw new Error(`no workflows beside the worker: ${folder}`)
  const hash = await hashOfSources([folder, fileURLToPath(new URL("../domain", import.meta.url))])
  const codePath = path.join(folder, `.bundle-${hash}.cjs`)
  if (existsSync(codePath)) return { codePath }
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quiet })
  const partial = `${codePath}.${process.pid}.partial`
  await writeFile(partial, code)
  await rename(partial, codePath)
  return { codePath }
}

async function hashOfSources(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256")
  for (const folder of folders) {
    const names = (await readdir(folder)).filter((name) => /\.(js|ts)$/.test(name)).toSorted()
    for (const name of names)
      hash
        .update(name)
        .update("\0")
        .update(await readFile(path.join(folder, name)))
  }
  return hash.digest("hex").slice(0, 16)
}

/** Only what goes wrong: the bundler's progress is nobody's news. */
const quiet = {
  log() {},
  trace() {},
  debug() {},
  info() {},
  warn: (message: string) => process.stderr.write(`${message}\n`),
  error: (message: string) => process.stderr.write(`${message}\n`),
}
