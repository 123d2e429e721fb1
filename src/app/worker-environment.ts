import { randomBytes, scryptSync } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { findConfigFile } from "../config/find-file.ts"
import type { LoadOptions } from "../config/load.ts"
import { maskVariables } from "../config/variables.ts"
import { stackFolder } from "../stack/state.ts"

/** Of each variable that sluice.yaml names, what its value comes to: enough to tell another one, and no way back to it. */
interface Remembered {
  readonly salt: string
  readonly values: Readonly<Record<string, string>>
}

/** Notes with which values of the variables that sluice.yaml names this folder's worker is being started. */
export function rememberEnvironment(directory: string, options: LoadOptions): void {
  const salt = randomBytes(16).toString("hex")
  const file = fileOf(directory)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ salt, values: valuesOf(options, salt) })}\n`, { mode: 0o600 })
}

/**
 * The variables of sluice.yaml that are set otherwise here than where the worker was started; null where nothing is
 * known of that.
 */
export function changedVariables(directory: string, options: LoadOptions): readonly string[] | null {
  let known: Remembered
  try {
    known = JSON.parse(readFileSync(fileOf(directory), "utf8")) as Remembered
  } catch {
    return null
  }
  const now = valuesOf(options, known.salt)
  return Object.keys(now).filter((name) => now[name] !== known.values[name])
}

function valuesOf(options: LoadOptions, salt: string): Readonly<Record<string, string>> {
  const file = findConfigFile(options)
  if (file === null) return {}
  const { variables } = maskVariables(readFileSync(file, "utf8"))
  const names = [...new Set(variables.map(({ name }) => name))]
  const valueOf = (name: string): string => scryptSync(options.env[name] ?? "", salt, 16).toString("hex")
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]))
}

function fileOf(directory: string): string {
  return join(stackFolder(directory), "worker-environment.json")
}
