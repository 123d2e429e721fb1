import { existsSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

const library = "pg_stat_statements"

/**
 * Has the server count statements, so that the contract gate can tell who still uses the old shape; nothing where the
 * installation came without the library, with which named the server would not start.
 */
export function statementStatistics(binDirectory: string): Readonly<Record<string, string>> {
  return isInstalled(binDirectory) ? { shared_preload_libraries: library } : {}
}

/** PostgreSQL finds its libraries from where its program is; packagers choose among these places. */
function isInstalled(binDirectory: string): boolean {
  const prefix = dirname(dirname(realpathSync(join(binDirectory, "postgres"))))
  const folders = ["lib", "lib64"].flatMap((name) => [join(prefix, name), join(prefix, name, "postgresql")])
  return folders.some((folder) => ["so", "dylib"].some((ending) => existsSync(join(folder, `${library}.${ending}`))))
}
