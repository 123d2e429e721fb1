import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { run } from "./command.mjs"
import { part } from "./narrate.mjs"
import { root } from "./places.mjs"

const dist = join(root, "dist")
const stamp = join(dist, ".built")
const sources = ["src", "workflows", "activities", "test", "bench"]
const single = ["vitest.config.ts", "tsconfig.json", "package-lock.json"]

/** Whether dist is newer than every source. */
export function isBuilt() {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined || !existsSync(join(dist, "src", "cli", "main.js"))) return false
  const files = [...sources.flatMap((folder) => filesIn(join(root, folder))), ...single.map((name) => join(root, name))]
  return files.every((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < built)
}

/** Compiles the project into dist and bundles its workflows. Does nothing where dist is newer than the sources. */
export async function build() {
  if (isBuilt()) return
  await part("Compiling", null, async () => {
    // Taken before: what is saved while the compiler runs is newer than the stamp.
    const began = new Date()
    await run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"], { cwd: root })
    removeOrphans()
    const { workflowBundle } = await import(pathToFileURL(join(dist, "src", "worker", "bundle.js")).href)
    await workflowBundle()
    writeFileSync(stamp, "")
    utimesSync(stamp, began, began)
  })
}

/** The compiler leaves behind what it made of sources that are gone by now. */
function removeOrphans() {
  for (const folder of sources) {
    for (const file of filesIn(join(dist, folder))) {
      const source = /^(.*?)(\.d\.ts|\.js\.map|\.js)$/.exec(relative(dist, file))?.[1]
      if (source !== undefined && !existsSync(join(root, `${source}.ts`))) rmSync(file)
    }
  }
}

function filesIn(folder) {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
