#!/usr/bin/env node
// `npm run demo`, `npm test` and the like: set-up first, then the thing itself.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { projectFolder } from "./setup/places.mjs"
import { Problem } from "./setup/words.mjs"
import { runTests } from "./run-tests.mjs"
import { setUp } from "./setup.mjs"

const programs = {
  demo: ["dist", "src", "cli", "main.js"],
  chaos: ["dist", "test", "chaos", "main.js"],
  bench: ["dist", "bench", "main.js"],
}

const [what, ...args] = process.argv.slice(2)
try {
  await setUp()
  process.exitCode = what === "test" ? await runTests(args) : await runProgram(what, args)
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`\n${error.message}\n`)
  if (what === "test") process.stdout.write("0 passed, 1 failed\n")
  process.exitCode = 1
}

function runProgram(name, rest) {
  const path = programs[name]
  if (!path) throw new Problem(`usage: run.mjs ${Object.keys(programs).join(" | ")} | test`)
  const verb = name === "demo" ? ["demo"] : []
  const child = spawn(process.execPath, [join(projectFolder, ...path), ...verb, ...rest], { stdio: "inherit" })
  // Ctrl-C reaches the child as well; we wait for its orderly end.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && child.kill(signal))
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)))
}
