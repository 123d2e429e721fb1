import { dirname, resolve } from "node:path"
import { findConfigFile, readConfigFile } from "./find-file.ts"
import type { LoadOptions } from "./load.ts"
import { Reading, type Field } from "./reading.ts"
import { flag, mapping, text } from "./values.ts"

/** Where a project's files lie: all that verbs need which touch no database. */
export interface ProjectFolder {
  readonly directory: string
  /** Absolute path of the migrations folder. */
  readonly migrations: string
  /** Targets that sluice.yaml names, by whether their applications use version views. */
  readonly versionViews: Readonly<Record<string, boolean>>
}

/**
 * Reads only what says something about revisions, so that `lint` and `new` work where no database is configured (in CI, on a
 * laptop). Without a file, the working directory's `migrations`.
 */
export function readProjectFolder(options: LoadOptions): ProjectFolder {
  const file = findConfigFile(options)
  if (file === null) return { directory: options.cwd, migrations: resolve(options.cwd, "migrations"), versionViews: {} }
  const directory = dirname(file)
  const reading = new Reading(file, readConfigFile(file), options.env)
  const members = mapping(reading, reading.root, null)
  const migrations = text(reading, members.get("migrations")) ?? "migrations"
  const targets = [...membersOf(reading, members.get("targets"))]
  const versionViews = targets.map(([name, target]) => {
    const versions = membersOf(reading, target).get("versions")
    return [name, flag(reading, membersOf(reading, versions).get("schemas"), false)] as const
  })
  return { directory, migrations: resolve(directory, migrations), versionViews: Object.fromEntries(versionViews) }
}

function membersOf(reading: Reading, field: Field | undefined): Map<string, Field> {
  return field ? mapping(reading, field, null) : new Map<string, Field>()
}
