import { atLeast, notMeasured, type Bench, type Measured } from "../bench.ts"
import { dualWrittenByPgroll, dualWrittenByUs } from "../change/dual-written.ts"
import { splitName } from "../change/split-name.ts"
import type { Database } from "../ground/database.ts"
import { median } from "../measure/statistics.ts"
import { timed } from "../measure/stopwatch.ts"
import { inTurns, ratios, valuesOf } from "../measure/turns.ts"
import { duration, rounded, spread, thousands } from "../measure/words.ts"

const migrated = "bulk-update-migrated-column"
const other = "bulk-update-other-column"

/** What one UPDATE of all rows costs while a column of the table is written in two shapes. */
export const bulkUpdate: Bench = {
  name: "bulk-update",
  figures: [
    {
      name: migrated,
      about:
        "One UPDATE of all rows that writes a column that is split in two, during dual write by us against by pgroll",
      unit: "x",
      goal: atLeast(1.5),
    },
    {
      name: other,
      about: "The same of a column that has nothing to do with it",
      unit: "x",
      goal: atLeast(1.5),
    },
  ],
  async measure(ground, { quick }) {
    const peer = await ground.pgroll()
    if (typeof peer === "string") return { [migrated]: notMeasured(peer), [other]: notMeasured(peer) }
    const rows = quick ? 100_000 : 300_000
    const server = await ground.server()
    const took = (side: "ours" | "pgroll", statement: string): Promise<number> =>
      server.onCopy(
        `${side === "ours" ? "split" : "pgroll"}_${rows}`,
        (database) =>
          side === "ours"
            ? dualWrittenByUs(database, splitName, rows)
            : dualWrittenByPgroll(database, splitName, rows, peer),
        (database) => update(database, statement),
      )
    const compare = async (statement: string): Promise<Measured> => {
      const rounds = await inTurns(quick ? 3 : 5, {
        ours: () => took("ours", statement),
        pgroll: () => took("pgroll", statement),
      })
      const found = ratios(rounds, "pgroll", "ours")
      const at = (side: "ours" | "pgroll"): string => duration(median(valuesOf(rounds, side)))
      const note = `${thousands(rows)} rows: ${at("ours")} against ${at("pgroll")}; ${spread(found)} in ${rounds.length} rounds`
      return { figure: rounded(median(found)), peer: null, note }
    }
    return { [migrated]: await compare("name = 'Re ' || name"), [other]: await compare("visits = visits + 1") }
  },
}

function update(database: Database, statement: string): Promise<number> {
  return timed(() => database.query(`UPDATE public.users SET ${statement}`))
}
