import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { SetupError } from "./narrate.mjs"

/** Runs a command with its output kept back; where it fails, the last lines are in the error. Answers its stdout. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options })
    let stdout = ""
    let all = ""
    child.stdout.on("data", (chunk) => {
      stdout += chunk
      all = (all + chunk).slice(-20_000)
    })
    child.stderr.on("data", (chunk) => (all = (all + chunk).slice(-20_000)))
    child.once("error", (error) => reject(new SetupError(`${command} could not be run: ${error.message}`)))
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(stdout)
      const end = all.trimEnd().split("\n").slice(-25).join("\n")
      reject(new SetupError(`${[command, ...args].join(" ")} failed (${code ?? signal}):\n${end}`))
    })
  })
}

/** The first of these that is a program, or null. */
export function firstProgram(paths) {
  return paths.find((path) => path && isProgram(path)) ?? null
}

/** Every place on PATH where this program may lie. */
export function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.map((folder) => join(folder, name))
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
