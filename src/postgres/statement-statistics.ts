import { TransientError } from "../domain/errors.ts"
import type { Unknown } from "../domain/stragglers.ts"
import { sqlstateOf } from "./map-error.ts"
import type { Session } from "./session.ts"
import { statementsSql, statisticsResetSql, statisticsStateSql } from "./sql/statement-statistics.ts"

/** A statement as pg_stat_statements counts it. */
export interface StatementCalls {
  readonly role: string
  readonly id: string
  readonly calls: number
  /** The server's own text, `$1` where it has left out a value. */
  readonly text: string
}

/** What pg_stat_statements shows of this database. */
export interface StatementStatistics {
  readonly reset: string | null
  readonly dropped: number | null
  /** Null: every statement that was asked for is among them. */
  readonly unknown: Unknown | null
  readonly statements: readonly StatementCalls[]
}

/** Two words that stand in a text, in lower case; the second may be empty. */
export type Words = readonly [string, string]

/** Somebody waits for the answer, and of a busy server's statistics there may be megabytes. */
const tryMs = 1_500
const longestText = 100_000
const most = 2_000

/**
 * Reads the statements that hold one of the pairs of words, wherever the extension is. Where nothing or not all can be
 * read, that is a part of the answer; it throws only where the server can't be reached.
 */
export async function readStatementStatistics(session: Session, words: readonly Words[]): Promise<StatementStatistics> {
  const [state] = await session.query<State>(statisticsStateSql)
  const blind = state ? blindness(state) : notCreated
  if (blind !== null || !state?.schema) return { ...nothing, unknown: blind }
  const { schema } = state
  try {
    return await session.transaction(
      async () => {
        await session.query("SELECT set_config('statement_timeout', $1, true)", [`${tryMs}`])
        const [info] = state.has_info ? await session.query<Info>(statisticsResetSql(schema)) : []
        const [first, ...statements] = await session.query<StatementCalls>(statementsSql(schema), [
          words.map(([one]) => one),
          words.map(([, other]) => other),
          longestText,
          most,
        ])
        const unknown = gaps(state, first, statements.length)
        return { reset: info?.reset ?? null, dropped: info?.dropped ?? null, unknown, statements }
      },
      { readOnly: true },
    )
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate === "55000") return { ...nothing, unknown: notLoaded }
    if (sqlstate === "57014") return { ...nothing, unknown: tooSlow }
    if (sqlstate === null || error instanceof TransientError) throw error
    return {
      ...nothing,
      unknown: { reason: `pg_stat_statements can't be read (SQLSTATE ${sqlstate})`, hint: seeDoctor },
    }
  }
}

interface State {
  readonly role: string
  readonly schema: string | null
  readonly may_read: boolean | null
  readonly track: string | null
  readonly sees_all: boolean
  readonly has_info: boolean | null
}

interface Info {
  readonly reset: string | null
  readonly dropped: number
}

const nothing = { reset: null, dropped: null, statements: [] }
const seeDoctor = "`sluice doctor` says more."

const notCreated: Unknown = {
  reason: "the extension pg_stat_statements isn't created in this database",
  hint: "CREATE EXTENSION pg_stat_statements; (its library must be in shared_preload_libraries)",
}
const notLoaded: Unknown = {
  reason: "the library pg_stat_statements isn't loaded",
  hint: "Add pg_stat_statements to shared_preload_libraries, and restart the server.",
}
const tooSlow: Unknown = {
  reason: `pg_stat_statements didn't answer within ${tryMs} ms`,
  hint: "Look again at a quieter moment; a smaller pg_stat_statements.max is read faster.",
}

/** Why nothing can be read at all. Asked for and not tried: what is refused stands in the server's log. */
function blindness({ role, schema, may_read, track }: State): Unknown | null {
  if (schema === null) return notCreated
  if (track === null) return notLoaded
  if (may_read !== true)
    return {
      reason: `${role} may not read pg_stat_statements`,
      hint: `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT SELECT ON ${schema}.pg_stat_statements TO ${role};`,
    }
  if (track === "none")
    return {
      reason: "pg_stat_statements.track is none, so that nothing is counted",
      hint: "ALTER SYSTEM SET pg_stat_statements.track = 'top'; SELECT pg_reload_conf();",
    }
  return null
}

/** `first` counts the texts that are hidden from us, and those that the server has lost. */
function gaps({ role }: State, first: StatementCalls | undefined, found: number): Unknown | null {
  if (first && first.calls > 0)
    return {
      reason: `the texts of other roles' statements are hidden from ${role}`,
      hint: `GRANT pg_read_all_stats TO ${role};`,
    }
  if (Number(first?.text ?? 0) > 0)
    return {
      reason: "the server has lost the texts that pg_stat_statements keeps",
      hint: "SELECT pg_stat_statements_reset(); begins anew. Then wait, and look again.",
    }
  if (found === most)
    return {
      reason: `more than ${most} statements name what contract takes away; only the most frequent were looked at`,
      hint: "Look at the application itself.",
    }
  return null
}
