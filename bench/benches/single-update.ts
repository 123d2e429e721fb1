import { atLeast, type Bench, type Measured } from "../bench.ts"
import { dualWrittenByUs } from "../change/dual-written.ts"
import { splitName } from "../change/split-name.ts"
import { fillUsers } from "../change/users.ts"
import type { Database } from "../ground/database.ts"
import type { BenchServer } from "../ground/server.ts"
import { pgbench } from "../load/pgbench.ts"
import { median, ratioInterval } from "../measure/statistics.ts"
import { inTurns, ratios, valuesOf } from "../measure/turns.ts"
import { rounded, spread, thousands } from "../measure/words.ts"

const migrated = "update-migrated-column"
const other = "update-other-column"
const rows = 200_000

/** What an application's single-row UPDATEs lose while a column of their table is written in two shapes. */
export const singleUpdate: Bench = {
  name: "single-update",
  figures: [
    {
      name: migrated,
      about:
        "UPDATEs per second of a column that is split in two, one row each, during dual write against before the change",
      unit: "x",
      goal: atLeast(0.75),
    },
    {
      name: other,
      about:
        "UPDATEs per second of a column that has nothing to do with it, one row each, during dual write against before; lower bound of the 95% interval",
      unit: "x",
      goal: atLeast(0.9),
    },
  ],
  async measure(ground, { quick }) {
    const server = await ground.server()
    const before = (work: (database: Database) => Promise<Record<string, Measured>>) =>
      server.onCopy(`users_${rows}`, (database) => fillUsers(database, rows), work)
    const during = (work: (database: Database) => Promise<Record<string, Measured>>) =>
      server.onCopy(`split_${rows}`, (database) => dualWrittenByUs(database, splitName, rows), work)
    return before((plain) =>
      during(async (dual) => {
        const compare = (statement: string, waitsForDisk: boolean, count: number) =>
          sideBySide(server, { plain, dual }, { statement, waitsForDisk, count })
        const rename = "name = 'New' || :number || ' Name'"
        return {
          [migrated]: medianOf(await compare(rename, true, quick ? 5 : 9), await compare(rename, false, quick ? 3 : 5)),
          [other]: lowerBoundOf(await compare("visits = visits + 1", true, quick ? 12 : 30)),
        }
      }),
    )
  },
}

type Rounds = Awaited<ReturnType<typeof sideBySide>>

/** Short turns, many of them: a busy moment of the machine then meets both sides. */
function sideBySide(
  { binDirectory }: BenchServer,
  { plain, dual }: { readonly plain: Database; readonly dual: Database },
  {
    statement,
    waitsForDisk,
    count,
  }: { readonly statement: string; readonly waitsForDisk: boolean; readonly count: number },
) {
  const script = `\\set id random(1, ${rows})
\\set number random(1, 1000000000)
UPDATE public.users SET ${statement} WHERE id = :id;`
  const rate = ({ owner: url }: Database): Promise<number> =>
    pgbench({ binDirectory, url, script, seconds: 1, connections: 4, waitsForDisk })
  return inTurns(count, { dual: () => rate(dual), plain: () => rate(plain) })
}

function medianOf(rounds: Rounds, withoutDisk: Rounds): Measured {
  const found = ratios(rounds, "dual", "plain")
  return {
    figure: rounded(median(found)),
    peer: null,
    note: `${rates(rounds)}; ${spread(found)} in ${rounds.length} rounds. Where commits don't wait for the disk: ${spread(ratios(withoutDisk, "dual", "plain"))}`,
  }
}

function lowerBoundOf(rounds: Rounds): Measured {
  const { low, middle, high } = ratioInterval(ratios(rounds, "dual", "plain"))
  return {
    figure: rounded(low),
    peer: null,
    note: `${rates(rounds)}; mean ratio ${rounded(middle)}, 95% interval ${rounded(low)} to ${rounded(high)} of ${rounds.length} rounds`,
  }
}

function rates(rounds: Rounds): string {
  const at = (side: "dual" | "plain"): string => thousands(median(valuesOf(rounds, side)))
  return `${at("dual")}/s against ${at("plain")}/s`
}
