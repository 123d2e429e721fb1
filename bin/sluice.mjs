#!/usr/bin/env node
// The command line. In a checkout it compiles first where the sources are newer; an installed package has no sources.
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const main = join(root, "dist", "src", "cli", "main.js")

if (existsSync(join(root, "src")) && existsSync(join(root, "tsconfig.json")) && !(await compiled()))
  process.exitCode = 1
else await import(pathToFileURL(main).href)

async function compiled() {
  if (!existsSync(join(root, "node_modules", "typescript"))) {
    process.stderr.write(`Sluice isn't set up yet. Run \`npm run setup\` in ${root}.\n`)
    return false
  }
  const { beQuiet } = await import("../tools/setup/narrate.mjs")
  const { build } = await import("../tools/setup/build.mjs")
  beQuiet()
  try {
    await build()
    return true
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    return false
  }
}
