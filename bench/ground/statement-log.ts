import { open, stat } from "node:fs/promises"
import type { Database } from "./database.ts"
import { administer } from "./database.ts"

/** A statement as the server's log has it. */
export interface LoggedStatement {
  readonly session: number
  /** When it ended, in milliseconds since 1970. The log knows no fraction of them. */
  readonly endedAt: number
  readonly ms: number
  readonly text: string
}

/** From now on the server writes down each statement of new sessions in the database, with its duration. */
export async function logStatements(database: Database): Promise<void> {
  await administer(database.admin, `ALTER DATABASE ${database.name} SET log_min_duration_statement = 0`)
}

/** What the log says of one database from a place on. */
export class StatementLog {
  readonly #file: string
  readonly #database: string
  readonly #from: number

  private constructor(file: string, database: string, from: number) {
    this.#file = file
    this.#database = database
    this.#from = from
  }

  static async begin(file: string, database: Database): Promise<StatementLog> {
    return new StatementLog(file, database.name, (await stat(file)).size)
  }

  async read(): Promise<readonly LoggedStatement[]> {
    const file = await open(this.#file)
    try {
      const length = (await file.stat()).size - this.#from
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, this.#from)
      return statementsIn(buffer.toString("utf8"), this.#database)
    } finally {
      await file.close()
    }
  }
}

const entry =
  /^(?<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC \[(?<session>\d+)\] \S+@(?<database>\S+) .*?LOG: {2}duration: (?<ms>[\d.]+) ms {2}(?:statement|execute [^:]*): (?<text>.*)$/

/** The statements of one database in a log that is written with our prefix (`%m [%p] %q%u@%d …`); first lines only. */
export function statementsIn(log: string, database: string): readonly LoggedStatement[] {
  return log.split("\n").flatMap((line) => {
    const found = entry.exec(line)?.groups
    if (!found || found["database"] !== database) return []
    const { at = "", session, ms, text = "" } = found
    return [{ session: Number(session), endedAt: Date.parse(`${at.replace(" ", "T")}Z`), ms: Number(ms), text }]
  })
}

/** How long each session held tables in ACCESS EXCLUSIVE mode, from the lock to the end of the commit. */
export function exclusiveSpans(statements: readonly LoggedStatement[]): readonly number[] {
  return statements.flatMap((statement, index) => {
    if (!/^LOCK TABLE .* IN ACCESS EXCLUSIVE MODE/.test(statement.text)) return []
    const end = statements
      .slice(index)
      .find(({ session, text }) => session === statement.session && /^(COMMIT|ROLLBACK)/.test(text))
    return end ? [end.endedAt - statement.endedAt] : []
  })
}
