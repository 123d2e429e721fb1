import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "./setup/places.mjs"

/** Runs vitest and ends with the line `N passed, N failed`. Answers the exit code: 0 only where nothing failed. */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-results-"))
  try {
    const file = join(folder, "results.json")
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], { cwd: root, stdio: "inherit" })
    process.on("SIGINT", () => {})
    process.on("SIGTERM", () => child.kill("SIGTERM"))
    const code = await new Promise((resolve) => child.once("exit", (exitCode) => resolve(exitCode ?? 1)))
    const { passed, failed } = count(read(file), code)
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
    return failed === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * What really passed and failed. Vitest's own sums say nothing of a file that can't be loaded, a failing hook, an
 * unhandled error or a killed worker, so assertions are counted, a file that failed without one counts as one failure,
 * and so does an exit code that nothing explains, or a run in which nothing ran.
 */
export function count(results, code) {
  const files = results?.testResults ?? []
  const assertions = files.flatMap((file) => file.assertionResults)
  const passed = assertions.filter((assertion) => assertion.status === "passed").length
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((assertion) => assertion.status === "failed"),
  )
  const failed = assertions.filter((assertion) => assertion.status === "failed").length + brokenFiles.length
  const unexplained = failed === 0 && (code !== 0 || passed === 0)
  return { passed, failed: unexplained ? 1 : failed }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return null
  }
}
