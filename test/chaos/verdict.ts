import { Client } from "pg"
import type { Comparison } from "../../src/demo/application/comparison.ts"
import type { ApplicationReport } from "../../src/demo/application/measurements.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import { Ledger } from "../../src/ledger/chain.ts"
import type { Control } from "../../src/ledger/control.ts"
import type { RunningStack } from "../../src/stack/start.ts"
import type { Blow } from "./blow.ts"
import type { Change } from "./changes/change.ts"
import { loggedCommits, zombieCommits } from "./zombie-commits.ts"

export interface Aftermath {
  readonly change: Change
  readonly number: number
  readonly blow: Blow
  readonly status: RunStatus
  readonly reports: readonly ApplicationReport[]
  readonly comparisons: readonly Comparison[]
  /** The databases that were there before the run. */
  readonly databases: readonly string[]
}

/** Everything that is wrong after a run; empty where it ended as an unharmed one does. */
export async function problemsOf(
  { change, number, blow, status, reports, comparisons, databases }: Aftermath,
  stack: RunningStack,
  control: Control,
): Promise<readonly string[]> {
  const problems: string[] = []
  const add = (isWrong: boolean, problem: string): void => void (isWrong && problems.push(problem))
  const { state, phase, findings } = status
  add(
    state !== "completed",
    `ended as ${state} in ${phase}: ${findings.map(({ code, message }) => `${code} ${message}`).join("; ")}`,
  )
  for (const { lost, examples } of comparisons)
    add(lost > 0, `${lost} acknowledged writes lost, e.g. ${examples[0]?.key}: ${examples[0]?.problem}`)
  for (const { acknowledged, failed, failures } of reports) {
    add(acknowledged === 0, "an application wrote nothing")
    // A dead server answers nobody; nothing else may be felt.
    add(blow !== "postgres" && failed > 0, `failed calls: ${JSON.stringify(failures)}`)
  }
  if (state === "completed") problems.push(...(await inTarget(stack, change.wrongRows(number), databases)))
  const { valid, problem } = await new Ledger(control).verify()
  add(!valid, `audit verify: ${problem?.message}`)
  const zombies = await zombieCommits(stack.logs.postgres, status.run)
  add(zombies.length > 0, `commits by replaced workers: ${zombies.join("; ")}`)
  add((await loggedCommits(stack.logs.postgres, status.run)) === 0, "the log shows no commit of the run at all")
  return problems
}

async function inTarget(
  stack: RunningStack,
  wrongRows: string,
  databases: readonly string[],
): Promise<readonly string[]> {
  const client = new Client({ connectionString: stack.addresses.adminUrl.reveal() })
  await client.connect()
  try {
    const problems: string[] = []
    const { rows: wrong } = await client.query<{ rows: number }>(wrongRows)
    if (wrong[0]?.rows !== 0) problems.push(`${wrong[0]?.rows} rows that aren't filled, or wrongly`)
    const { rows: left } = await client.query<{ name: string }>(leftovers)
    if (left.length > 0) problems.push(`left over: ${left.map(({ name }) => name).join(", ")}`)
    const now = await databasesOf(client)
    const scratch = now.filter((name) => !databases.includes(name))
    if (scratch.length > 0) problems.push(`databases left over: ${scratch.join(", ")}`)
    return problems
  } finally {
    await client.end()
  }
}

export async function databasesOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>("SELECT datname::text AS name FROM pg_database")
  return rows.map(({ name }) => name)
}

/** Objects of ours outside of our schemas' tables, broken indexes, runs that still hold a lease. */
const leftovers = `
  SELECT a.attname::text AS name FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    AND c.relnamespace IS DISTINCT FROM to_regnamespace('sluice_archive')
        WHERE a.attname LIKE '\\_sluice%' AND NOT a.attisdropped
  UNION ALL SELECT tgname::text FROM pg_trigger WHERE tgname LIKE '~sluice%'
  UNION ALL SELECT conname::text FROM pg_constraint WHERE conname LIKE '\\_sluice%'
  UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'sluice'::regnamespace
  UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
  UNION ALL SELECT run FROM sluice.run WHERE state = 'active'`
