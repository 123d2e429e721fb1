// Finds or installs everything that Sluice's commands need, and builds it. Only Node's own modules: it runs before
// `npm ci`. `npm run setup`.
import { SetupError, beQuiet } from "./setup/narrate.mjs"
import { setUp } from "./setup/setup.mjs"

if (process.argv.includes("--quiet")) beQuiet()
try {
  await setUp()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
