import { setTimeout as delay } from "node:timers/promises"
import { isOneOf } from "./acknowledged.ts"
import type { Acknowledged, Write } from "./acknowledged.ts"
import type { Answer, ApplicationConnection } from "./connection.ts"
import type { LaneKeys } from "./keys.ts"
import type { Measurements } from "./measurements.ts"
import { fillIn } from "./workload.ts"
import type { Placeholders, Statement } from "./workload.ts"

/** What the connections of one application have in common. */
export interface LaneContext {
  readonly account: Acknowledged
  readonly measurements: Measurements
  readonly pauseMs: number
  readonly random: () => number
  /** The statements of the moment: they can be exchanged while the application runs. */
  statements(): readonly Statement[]
  nextNumber(): number
  isStopping(): boolean
}

/** Calls without end, one after the other, until the application stops. One connection's whole life. */
export async function runLane(
  lane: number,
  context: LaneContext,
  connection: ApplicationConnection,
  keys: LaneKeys,
): Promise<void> {
  let waitingSince: number | null = null
  while (!context.isStopping()) {
    const statement = choose(context.statements(), context.random)
    const key = statement.kind === "insert" ? "" : keys.pick()
    if (key === null) {
      await delay(1) // nothing to touch yet
      continue
    }
    const placeholders = { key, n: String(context.nextNumber()), lane: String(lane) }
    const began = performance.now()
    waitingSince ??= began
    const values = statement.values.map((template) => fillIn(template, placeholders))
    const answer = await connection.call(statement, values)
    const verdict = settle(statement, placeholders, answer, context, keys)
    const now = performance.now()
    const isWrite = statement.kind !== "read"
    if (verdict === null) {
      context.measurements.good(statement.name, isWrite, now - began, now - waitingSince)
      waitingSince = null
      await delay(context.pauseMs)
    } else {
      const isOpen = isWrite && answer.kind === "open"
      context.measurements.bad(verdict.code, verdict.message, now - began, now - waitingSince, isOpen)
      await delay(answer.kind === "answered" ? context.pauseMs : 50) // a server that is away needn't be hammered
    }
  }
  await connection.close()
}

/** Enters the answer into the account. Null where it was a good one, else what was wrong with it. */
function settle(
  statement: Statement,
  placeholders: Placeholders,
  answer: Answer,
  context: LaneContext,
  keys: LaneKeys,
): { readonly code: string; readonly message: string } | null {
  const { account } = context
  const write = writeOf(statement, placeholders)
  if (answer.kind !== "answered") {
    if (answer.kind === "open" && write !== null && write.kind !== "insert") {
      account.leaveOpen(placeholders.key, write)
      if (write.kind === "delete") keys.gone(placeholders.key) // leave it alone from now on
    }
    return answer
  }
  const key = statement.kind === "insert" ? answer.firstValue : placeholders.key
  if (key === null || answer.touched === 0) {
    keys.gone(placeholders.key)
    if (statement.kind !== "insert" && account.acceptAbsent(placeholders.key)) return null
    return { code: "ROW_MISSING", message: `${statement.name} found no row where there must be one` }
  }
  if (write === null) {
    const isRight = answer.touched === 1 && isOneOf(account.statesOf(key), answer.firstRow)
    return isRight ? null : { code: "WRONG_ANSWER", message: `${statement.name} read something else than was written` }
  }
  // Only the answer to an insert tells the key that its columns may have been made of.
  account.acknowledge(
    key,
    write.kind === "insert" ? { ...write, shows: shownBy(statement, { ...placeholders, key }) } : write,
  )
  if (write.kind === "insert") keys.inserted(key)
  if (write.kind === "delete") keys.gone(key)
  if (answer.touched === 1) return null
  return { code: "WRONG_ANSWER", message: `${statement.name} touched more than one row` }
}

function writeOf(statement: Statement, placeholders: Placeholders): Write | null {
  return statement.kind === "read" ? null : { kind: statement.kind, shows: shownBy(statement, placeholders) }
}

function shownBy(statement: Statement, placeholders: Placeholders): Readonly<Record<string, string | null>> {
  const shows = Object.entries(statement.shows ?? {})
  return Object.fromEntries(shows.map(([column, template]) => [column, fillIn(template, placeholders)]))
}

function choose(statements: readonly Statement[], random: () => number): Statement {
  let left = random() * statements.reduce((sum, statement) => sum + (statement.weight ?? 1), 0)
  for (const statement of statements) {
    left -= statement.weight ?? 1
    if (left < 0) return statement
  }
  return statements.at(-1) as Statement
}
