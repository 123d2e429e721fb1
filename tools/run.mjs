// `npm run demo | test | chaos | bench`: sets everything up, then runs the thing. Its arguments are passed on.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { SetupError } from "./setup/narrate.mjs"
import { root } from "./setup/places.mjs"
import { setUp } from "./setup/setup.mjs"
import { runTests } from "./tests.mjs"

const programs = {
  demo: ["dist/src/cli/main.js", "demo"],
  chaos: ["dist/test/chaos/main.js"],
  bench: ["dist/bench/main.js"],
}

const [name = "", ...args] = process.argv.slice(2)
try {
  await setUp()
  process.exitCode = name === "test" ? await runTests(args) : await runProgram(programs[name], args)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  // Whoever reads the last line of the tests must not take this for a success.
  if (name === "test") process.stdout.write("0 passed, 1 failed\n")
  process.exitCode = 1
}

function runProgram(program, rest) {
  if (program === undefined) throw new SetupError("usage: run.mjs demo | test | chaos | bench [arguments]")
  const [file, ...first] = program
  const child = spawn(process.execPath, [join(root, file), ...first, ...rest], { stdio: "inherit" })
  // Ctrl-C reaches the program by itself, which ends in order; we wait for it. A signal to us alone is passed on.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)))
}
