#!/usr/bin/env node
// Finds or installs everything that the project's commands need. Node's own modules only: it runs before `npm ci`.
import { pathToFileURL } from "node:url"
import { installDependencies } from "./setup/dependencies.mjs"
import { buildProject } from "./setup/build.mjs"
import { findPostgres } from "./setup/postgres.mjs"
import { findTemporal } from "./setup/temporal.mjs"
import { rememberToolchain, settled } from "./setup/stamp.mjs"
import { Problem, say } from "./setup/words.mjs"

/** Sets everything up; says what it does and how long it took. Returns at once where nothing has changed. */
export async function setUp() {
  if (settled()) return buildProject()
  const began = Date.now()
  say("Setting up. The first time on a machine can take some minutes; after that about a second.")
  await installDependencies()
  const postgres = await findPostgres()
  const temporalCli = await findTemporal()
  await buildProject()
  rememberToolchain({ temporalCli, ...postgres })
  say(`Set up in ${Math.round((Date.now() - began) / 1000)} s.`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setUp()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exit(1)
  }
}
