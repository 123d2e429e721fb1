import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { build } from "./build.mjs"
import { installNodeModules } from "./node-modules.mjs"
import { say, SetupError } from "./narrate.mjs"
import { root, toolchainFile } from "./places.mjs"
import { findPgBouncer, findPostgres } from "./postgres.mjs"
import { findTemporal } from "./temporal.mjs"
import { takeTurn } from "./turn.mjs"

/** Finds or installs everything that the project's commands need. Takes some tenths of a second where all is there. */
export async function setUp() {
  const began = Date.now()
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node 20.19 or newer is needed; this is ${process.versions.node}.`)
  }
  await takeTurn(join(root, ".sluice", "setup.lock"), async () => {
    await installNodeModules()
    if (!isKnown()) {
      const postgresBin = await findPostgres()
      const pgbouncer = await findPgBouncer()
      const temporalCli = await findTemporal()
      remember({ temporalCli, postgresBin, pgbouncer })
    }
    await build()
  })
  const took = Date.now() - began
  if (took > 2_000) say(`Set-up took ${(took / 1000).toFixed(0)} s; the next one is quick.`)
}

/** Whether the last set-up's programs are still there, and nobody names others. */
function isKnown() {
  try {
    const { temporalCli, postgresBin } = JSON.parse(readFileSync(toolchainFile, "utf8"))
    const { SLUICE_TEMPORAL_CLI, SLUICE_PG_BIN } = process.env
    if ((SLUICE_TEMPORAL_CLI ?? temporalCli) !== temporalCli || (SLUICE_PG_BIN ?? postgresBin) !== postgresBin)
      return false
    return existsSync(temporalCli) && existsSync(join(postgresBin, "initdb"))
  } catch {
    return false
  }
}

function remember(toolchain) {
  mkdirSync(dirname(toolchainFile), { recursive: true })
  writeFileSync(`${toolchainFile}.${process.pid}`, `${JSON.stringify(toolchain, null, 2)}\n`)
  renameSync(`${toolchainFile}.${process.pid}`, toolchainFile)
}
