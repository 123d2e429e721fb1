import type { SqlStep, Step } from "../../src/domain/step.ts"
import { atMost, type Bench, type Measured } from "../bench.ts"
import { splitName } from "../change/split-name.ts"
import { fillUsers } from "../change/users.ts"
import type { Database } from "../ground/database.ts"
import type { BenchServer } from "../ground/server.ts"
import { exclusiveSpans, logStatements, StatementLog } from "../ground/statement-log.ts"
import { median } from "../measure/statistics.ts"
import { rounded, spread, thousands } from "../measure/words.ts"
import { OurRun } from "../ours/our-run.ts"

const contract = "lock-time-contract"
const undo = "lock-time-undo"
const rows = 100_000

/** How long nobody can use the table when the old shape ends, and when it comes back. */
export const lockTime: Bench = {
  name: "lock-time",
  figures: [
    {
      name: contract,
      about: "How long contract keeps the table to itself: from the lock to the end of the commit, by the server's log",
      unit: "ms",
      goal: atMost(10),
    },
    { name: undo, about: "The same of undoing it while the old shape is kept", unit: "ms", goal: atMost(10) },
  ],
  async measure(ground, { quick }) {
    const server = await ground.server()
    const found: { contract: number; undo: number }[] = []
    for (let round = 0; round < (quick ? 3 : 5); round += 1) {
      found.push(
        await server.onCopy(
          `users_${rows}`,
          (database) => fillUsers(database, rows),
          (database) => thereAndBack(server, database),
        ),
      )
    }
    return {
      [contract]: told(found.map((each) => each.contract)),
      [undo]: told(found.map((each) => each.undo)),
    }
  },
}

/** A name split up to the end of its contract, and back. */
async function thereAndBack(server: BenchServer, database: Database): Promise<{ contract: number; undo: number }> {
  await logStatements(database)
  const run = await OurRun.begin(database, splitName)
  const isContract = (step: Step): step is SqlStep => step.phase === "contract" && step.action === "sql"
  for (const step of run.steps) if (!["contract", "purge"].includes(step.phase)) await run.perform(step)
  const there = await StatementLog.begin(server.logFile, database)
  for (const step of run.steps) if (step.phase === "contract") await run.perform(step)
  const onTheWayThere = exclusiveSpans(await there.read())
  const back = await StatementLog.begin(server.logFile, database)
  for (const step of run.steps.filter(isContract).toReversed()) await run.undo(step)
  const onTheWayBack = exclusiveSpans(await back.read())
  if (onTheWayThere.length === 0 || onTheWayBack.length === 0) throw new Error("the log tells of no lock")
  return { contract: Math.max(...onTheWayThere), undo: Math.max(...onTheWayBack) }
}

function told(values: readonly number[]): Measured {
  return {
    figure: rounded(median(values)),
    peer: null,
    note: `name split of ${thousands(rows)} rows; ${spread(values)} in ${values.length} rounds`,
  }
}
