import { atLeast, notMeasured, type Bench, type Measured } from "../bench.ts"
import { addEmail } from "../change/add-email.ts"
import { fillUsers } from "../change/users.ts"
import type { Database } from "../ground/database.ts"
import { median } from "../measure/statistics.ts"
import { timed } from "../measure/stopwatch.ts"
import { inTurns, ratios, valuesOf, type Round } from "../measure/turns.ts"
import { duration, rounded, spread, thousands } from "../measure/words.ts"
import { OurRun } from "../ours/our-run.ts"
import type { Pgroll } from "../peers/pgroll.ts"

const update = "backfill-vs-update"
const pgroll = "backfill-vs-pgroll"

/** A required column on a table that nobody uses meanwhile: from the first statement until every row is filled. */
export const backfill: Bench = {
  name: "backfill",
  figures: [
    {
      name: update,
      about: "Begin of dual write and backfill of a table, against one UPDATE of all its rows",
      unit: "x",
      goal: atLeast(1),
    },
    { name: pgroll, about: "The same against `pgroll start`", unit: "x", goal: atLeast(2.5) },
  ],
  async measure(ground, { quick }) {
    // Also in the short run: with fewer rows it would be the beginning of a backfill that is measured, which is the same for all.
    const rows = 1_000_000
    const peer = await ground.pgroll()
    const server = await ground.server()
    const copy = (work: (database: Database) => Promise<number>): Promise<number> =>
      server.onCopy(`users_${rows}`, (database) => fillUsers(database, rows), work)
    await copy(ours) // warms the machine up; nobody's
    const rounds = await inTurns<Side>(quick ? 3 : 5, {
      ours: () => copy(ours),
      update: () => copy(oneUpdate),
      pgroll: () => (typeof peer === "string" ? Promise.resolve(0) : copy((database) => byPgroll(peer, database))),
    })
    return {
      [update]: against(rounds, "update", rows),
      [pgroll]: typeof peer === "string" ? notMeasured(peer) : against(rounds, "pgroll", rows),
    }
  },
}

type Side = "ours" | "update" | "pgroll"

async function ours(database: Database): Promise<number> {
  const run = await OurRun.begin(database, addEmail)
  return timed(async () => {
    await run.expand()
    await run.fill()
  })
}

async function oneUpdate(database: Database): Promise<number> {
  await database.query(`ALTER TABLE public.users ${addEmail.plain.columns}`)
  return timed(() => database.query(`UPDATE public.users SET ${addEmail.plain.update}`))
}

async function byPgroll(peer: Pgroll, database: Database): Promise<number> {
  await peer.prepare(database.admin)
  return timed(() => peer.start(database.admin, addEmail.pgroll))
}

function against(rounds: readonly Round<Side>[], other: Exclude<Side, "ours">, rows: number): Measured {
  const asFast = ratios(rounds, other, "ours")
  const took = (side: Side): string => duration(median(valuesOf(rounds, side)))
  return {
    figure: rounded(median(asFast)),
    peer: null,
    note: `${thousands(rows)} rows: ${took("ours")} against ${took(other)}; ${spread(asFast)} in ${rounds.length} rounds`,
  }
}
