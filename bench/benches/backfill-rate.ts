import { atLeast, type Bench } from "../bench.ts"
import { addEmail } from "../change/add-email.ts"
import { fillUsers } from "../change/users.ts"
import type { Database } from "../ground/database.ts"
import type { BenchServer } from "../ground/server.ts"
import { median } from "../measure/statistics.ts"
import { timed } from "../measure/stopwatch.ts"
import { inTurns, ratios, valuesOf } from "../measure/turns.ts"
import { rounded, spread, thousands } from "../measure/words.ts"
import { OurRun } from "../ours/our-run.ts"

const scaling = "backfill-rate-scaling"
const small = "backfill-rate-100k"

/** Whether a larger table is filled as quickly, row for row. */
export const backfillRate: Bench = {
  name: "backfill-rate",
  figures: [
    {
      name: scaling,
      about: "Rows filled per second in a large table, against one that has a tenth of its rows",
      unit: "x",
      goal: atLeast(0.8),
    },
    { name: small, about: "Rows filled per second in a table of 100,000 rows", unit: "rows/s", goal: null },
  ],
  async measure(ground, { quick }) {
    const [less, more] = quick ? [50_000, 500_000] : [1_000_000, 10_000_000]
    const server = await ground.server()
    const rounds = await inTurns(quick ? 3 : 5, {
      more: () => rate(server, more),
      less: () => rate(server, less),
      small: () => rate(server, 100_000),
    })
    await server.forget(`users_${more}`)
    const found = ratios(rounds, "more", "less")
    const at = (side: "more" | "less"): string => thousands(median(valuesOf(rounds, side)))
    const rates = valuesOf(rounds, "small")
    return {
      [scaling]: {
        figure: rounded(median(found)),
        peer: null,
        note: `${at("more")} rows/s of ${thousands(more)} rows, ${at("less")} of ${thousands(less)}; ${spread(found)} in ${rounds.length} rounds`,
      },
      [small]: { figure: rounded(median(rates)), peer: null, note: `${spread(rates)} in ${rates.length} rounds` },
    }
  },
}

async function rate(server: BenchServer, rows: number): Promise<number> {
  return server.onCopy(
    `users_${rows}`,
    (database) => fillUsers(database, rows),
    async (database: Database) => {
      const run = await OurRun.begin(database, addEmail)
      await run.expand()
      return rows / ((await timed(() => run.fill())) / 1_000)
    },
  )
}
