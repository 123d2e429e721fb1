import { dirname, resolve } from "node:path"
import { findConfigFile, readConfigFile } from "./find-file.ts"
import type { LoadOptions } from "./load.ts"
import { Reading } from "./reading.ts"
import { mapping, text } from "./values.ts"

/** Where a project's files lie: all that verbs need which touch no database. */
export interface ProjectFolder {
  readonly directory: string
  /** Absolute path of the migrations folder. */
  readonly migrations: string
}

/**
 * Reads only where the migrations are, so that `lint` and `new` work where no database is configured (in CI, on a
 * laptop). Without a file, the working directory's `migrations`.
 */
export function readProjectFolder(options: LoadOptions): ProjectFolder {
  const file = findConfigFile(options)
  if (file === null) return { directory: options.cwd, migrations: resolve(options.cwd, "migrations") }
  const directory = dirname(file)
  const reading = new Reading(file, readConfigFile(file), options.env)
  const migrations = text(reading, mapping(reading, reading.root, null).get("migrations")) ?? "migrations"
  return { directory, migrations: resolve(directory, migrations) }
}
