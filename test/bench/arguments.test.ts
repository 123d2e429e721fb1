import { describe, expect, test } from "vitest"
import { figuresAskedFor, readArguments, selected } from "../../bench/arguments.ts"
import { atLeast, atMost, notMeasured, type Bench } from "../../bench/bench.ts"
import { benches } from "../../bench/benches/index.ts"
import { rowOf } from "../../bench/row.ts"

const spec = (name: string) => ({ name, about: "", unit: "x", goal: atLeast(1) })
const bench = (name: string, figures: readonly string[]): Bench => ({
  name,
  figures: figures.map(spec),
  measure: () => Promise.resolve({}),
})
const two = [bench("backfill", ["backfill-vs-update", "backfill-vs-pgroll"]), bench("locks", ["lock-time"])]

describe("arguments", () => {
  test("without any, everything is measured in full", () => {
    expect(readArguments([], two)).toEqual({ quick: false, json: false, write: false, names: [] })
    expect(selected(two, [])).toEqual(two)
  })
  test("a bench's name means all of its figures, a figure's name that one", () => {
    expect(readArguments(["--quick", "--json", "backfill-vs-pgroll"], two)).toMatchObject({
      quick: true,
      json: true,
      names: ["backfill-vs-pgroll"],
    })
    expect(selected(two, ["backfill-vs-pgroll"]).map(({ name }) => name)).toEqual(["backfill"])
    expect(figuresAskedFor(two[0] as Bench, ["backfill-vs-pgroll"])).toEqual(["backfill-vs-pgroll"])
    expect(figuresAskedFor(two[0] as Bench, ["backfill"])).toHaveLength(2)
  })
  test("an unknown name is told with the nearest one and the list", () => {
    const told = readArguments(["lock-tim"], two)
    expect(told).toContain("there is no bench lock-tim; did you mean lock-time?")
    expect(told).toContain("backfill: backfill-vs-update, backfill-vs-pgroll")
  })
  test("so is an unknown flag", () => {
    expect(readArguments(["--fast"], two)).toContain("--fast")
  })
})

describe("a row", () => {
  const measured = { figure: 1.2, peer: null, note: "" }
  test("holds where its goal says so", () => {
    expect(rowOf(spec("a"), measured)).toMatchObject({ figure: 1.2, goal: ">= 1", holds: true })
    expect(rowOf({ ...spec("a"), goal: atMost(1) }, measured)).toMatchObject({ goal: "<= 1", holds: false })
  })
  test("neither holds nor misses where nothing was measured", () => {
    expect(rowOf(spec("a"), notMeasured("no compiler"))).toMatchObject({ figure: null, holds: null })
  })
  test("that is only reported holds", () => {
    expect(rowOf({ ...spec("a"), goal: null }, measured)).toMatchObject({ goal: null, holds: true })
  })
})

test("no two benches or figures have one name", () => {
  const names = benches.flatMap(({ name, figures }) => [...new Set([name, ...figures.map((figure) => figure.name)])])
  expect(names.length).toBe(new Set(names).size)
})
