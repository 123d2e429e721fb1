import { ident, literal } from "../../src/sql/sql.ts"
import { createDatabase } from "../harness/database.ts"
import type { Project } from "../harness/project.ts"

/** A target as it is now, to be put in its place later: as a restored backup is, or a standby that lagged behind. */
export class OlderCopy {
  readonly #project: Project
  readonly #name: string

  private constructor(project: Project, name: string) {
    this.#project = project
    this.#name = name
  }

  /** Nobody may be at work in the target meanwhile: its run waits at a gate. */
  static async take(project: Project): Promise<OlderCopy> {
    const name = `${project.database.name}_older`
    await elsewhere(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${literal(project.database.name)}`,
      `CREATE DATABASE ${ident(name)} TEMPLATE ${ident(project.database.name)}`,
    )
    return new OlderCopy(project, name)
  }

  async putInPlace(): Promise<void> {
    const { name } = this.#project.database
    await elsewhere(
      `DROP DATABASE ${ident(name)} WITH (FORCE)`,
      `ALTER DATABASE ${ident(this.#name)} RENAME TO ${ident(name)}`,
    )
  }
}

/** From another database of the cluster: neither copying nor renaming suffers a session in it. */
async function elsewhere(...statements: readonly string[]): Promise<void> {
  const database = await createDatabase({ prefix: "elsewhere" })
  try {
    for (const statement of statements) await database.query(statement)
  } finally {
    await database.drop()
  }
}
