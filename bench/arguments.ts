import { parseArgs } from "node:util"
import { nearestName } from "../src/domain/nearest.ts"
import type { Bench } from "./bench.ts"

/** What `npm run bench` was asked for. */
export interface BenchRequest {
  readonly quick: boolean
  readonly json: boolean
  /** Writes docs/benchmarks.md. */
  readonly write: boolean
  /** Names of benches and of figures; empty: all. */
  readonly names: readonly string[]
}

export const usage = "npm run bench -- [--quick] [--write] [--json] [NAME…]"

/** Reads the command line; answers a text that says what is wrong with it. */
export function readArguments(argv: readonly string[], benches: readonly Bench[]): BenchRequest | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    })
    const unknown = positionals.filter((name) => !knownNames(benches).includes(name))
    if (unknown.length > 0) return unknownNames(unknown, benches)
    return { quick: values.quick, json: values.json, write: values.write, names: positionals }
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${usage}`
  }
}

/** The benches that the names ask for, by their own name or by that of one of their figures; without names all. */
export function selected(benches: readonly Bench[], names: readonly string[]): readonly Bench[] {
  if (names.length === 0) return benches
  return benches.filter((bench) => figuresAskedFor(bench, names).length > 0)
}

/** Which of a bench's figures are to be told. */
export function figuresAskedFor(bench: Bench, names: readonly string[]): readonly string[] {
  const all = bench.figures.map(({ name }) => name)
  return names.length === 0 || names.includes(bench.name) ? all : all.filter((name) => names.includes(name))
}

function knownNames(benches: readonly Bench[]): readonly string[] {
  return benches.flatMap((bench) => [bench.name, ...bench.figures.map(({ name }) => name)])
}

function unknownNames(unknown: readonly string[], benches: readonly Bench[]): string {
  const lines = unknown.map((name) => {
    const nearest = nearestName(name, knownNames(benches))
    return `there is no bench ${name}${nearest === null ? "" : `; did you mean ${nearest}?`}`
  })
  const list = benches.map((bench) => `  ${bench.name}: ${bench.figures.map(({ name }) => name).join(", ")}`)
  return [...lines, "Benches, each with its figures:", ...list].join("\n")
}
