import { setTimeout as delay } from "node:timers/promises"
import { isOneOf } from "./acknowledged.ts"
import type { Acknowledged, Write } from "./acknowledged.ts"
import type { Answer, ApplicationConnection, Call } from "./connection.ts"
import type { LaneKeys } from "./keys.ts"
import type { Measurements } from "./measurements.ts"
import { fillIn } from "./workload.ts"
import type { Placeholders, Statement, Workload } from "./workload.ts"

/** What the connections of one application have in common. */
export interface LaneContext {
  readonly account: Acknowledged
  readonly measurements: Measurements
  readonly pauseMs: number
  readonly random: () => number
  readonly transactions: Workload["transactions"]
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
  const transactions = lane % 2 === 1 ? context.transactions : undefined
  const pause = (): Promise<void> => delay(context.random() * (transactions?.pauseMs ?? 0))
  while (!context.isStopping()) {
    const calls = nextCalls(lane, context, keys, transactions?.statements ?? 1)
    const [first] = calls
    if (first === undefined) {
      await delay(1) // nothing to touch yet
      continue
    }
    const began = performance.now()
    waitingSince ??= began
    const made = transactions
      ? await connection.transaction(calls, pause)
      : [{ call: first, answer: await connection.call(first) }]
    const now = performance.now()
    for (const { call, answer } of made) {
      const { statement } = call
      const verdict = settle(statement, call.placeholders, answer, context, keys)
      const isWrite = statement.kind !== "read"
      const stalledMs = waitingSince === null ? 0 : now - waitingSince
      if (verdict === null) {
        context.measurements.good(statement.name, isWrite, now - began, stalledMs)
        waitingSince = null
      } else {
        const isOpen = isWrite && answer.kind === "open"
        context.measurements.bad(verdict.code, verdict.message, now - began, stalledMs, isOpen)
      }
    }
    // A server that is away needn't be hammered.
    await delay(made.every(({ answer }) => answer.kind === "answered") ? context.pauseMs : 50)
  }
  await connection.close()
}

type FilledCall = Call & { readonly placeholders: Placeholders }

/** At most so many, each on a row of its own; none where there is no row yet. */
function nextCalls(lane: number, context: LaneContext, keys: LaneKeys, most: number): readonly FilledCall[] {
  const calls = new Map<string, FilledCall>()
  for (let count = 0; count < most; count += 1) {
    const statement = choose(context.statements(), context.random)
    const key = statement.kind === "insert" ? "" : keys.pick()
    if (key === null) continue
    const placeholders = { key, n: String(context.nextNumber()), lane: String(lane) }
    const values = statement.values.map((template) => fillIn(template, placeholders))
    const row = key === "" ? `new ${placeholders.n}` : key
    if (!calls.has(row)) calls.set(row, { statement, values, placeholders })
  }
  return [...calls.values()]
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
