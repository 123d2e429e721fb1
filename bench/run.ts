import { figuresAskedFor, selected, type BenchRequest } from "./arguments.ts"
import { notMeasured, type Bench, type Measured } from "./bench.ts"
import { Ground } from "./ground/ground.ts"
import { rowOf, type Row } from "./row.ts"
import { verdict, value } from "./output/words.ts"

/** Runs what was asked for, one bench after the other. One that fails is told as not measured; the others go on. */
export async function runBenches(
  request: BenchRequest,
  benches: readonly Bench[],
  say: (line: string) => void,
): Promise<readonly Row[]> {
  const ground = new Ground(say)
  try {
    const rows: Row[] = []
    for (const bench of selected(benches, request.names)) {
      say(`${bench.name} …`)
      const began = Date.now()
      const measured = await measure(bench, ground, request)
      const names = figuresAskedFor(bench, request.names)
      const found = bench.figures
        .filter(({ name }) => names.includes(name))
        .map((spec) => rowOf(spec, measured[spec.name] ?? notMeasured("the bench says nothing about it")))
      for (const row of found)
        say(`  ${row.name}: ${value(row.figure, row.unit)} (goal ${row.goal ?? "none"}) ${verdict(row)}; ${row.note}`)
      say(`  took ${((Date.now() - began) / 1000).toFixed(0)} s`)
      rows.push(...found)
    }
    return rows
  } finally {
    await ground.end()
  }
}

async function measure(
  bench: Bench,
  ground: Ground,
  { quick }: BenchRequest,
): Promise<Readonly<Record<string, Measured>>> {
  try {
    return await bench.measure(ground, { quick })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return Object.fromEntries(bench.figures.map(({ name }) => [name, notMeasured(why)]))
  }
}
