import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { projectFolder } from "./setup/places.mjs"

/** Runs vitest and ends with the line `N passed, N failed`, counted so that no kind of failure is missed. */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-results-"))
  const file = join(folder, "results.json")
  try {
    const vitest = join(projectFolder, "node_modules", "vitest", "vitest.mjs")
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
      cwd: projectFolder,
      stdio: "inherit",
    })
    const code = await new Promise((resolve) => child.once("close", (exit) => resolve(exit ?? 1)))
    const { passed, failed } = count(file, code)
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
    return failed === 0 ? code : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Vitest's own totals miss files that can't be loaded, failing hooks, unhandled errors and killed workers: a suite that
 * failed without a failed test counts as one, and so does a bad exit with nothing else to show for it.
 */
function count(file, code) {
  let passed = 0
  let failed = 0
  try {
    for (const suite of JSON.parse(readFileSync(file, "utf8")).testResults) {
      const states = suite.assertionResults.map(({ status }) => status)
      const broken = states.filter((status) => status === "failed").length
      passed += states.filter((status) => status === "passed").length
      failed += broken + (suite.status === "failed" && broken === 0 ? 1 : 0)
    }
  } catch {
    return { passed: 0, failed: 1 }
  }
  if (failed === 0 && (code !== 0 || passed === 0)) failed = 1
  return { passed, failed }
}
