import type { Ground } from "./ground/ground.ts"

/** What a figure must be. `peer`: what the other tool reached; null where it wasn't measured or there is none. */
export interface Goal {
  /** For a person: `>= 2.5`. */
  readonly text: string
  readonly holds: (figure: number, peer: number | null) => boolean
}

/** One number that a bench finds. */
export interface FigureSpec {
  /** `backfill-vs-update`: unique among all benches, and what `npm run bench -- NAME` takes. */
  readonly name: string
  /** One line: what is measured, against what. */
  readonly about: string
  /** `x` for a ratio, `ms`, `rows/s`, `requests`, `events`. */
  readonly unit: string
  /** Null: only reported. */
  readonly goal: Goal | null
}

/** What was measured for one figure. */
export interface Measured {
  /** Null: not measured; the note says why. */
  readonly figure: number | null
  /** The other tool's, in the same unit. */
  readonly peer: number | null
  /** What stands behind the number: sizes, medians, spread. */
  readonly note: string
}

/** How much is measured: all of it, or so much that all benches together take less than five minutes. */
export interface Scale {
  readonly quick: boolean
}

/** One measurement, which may find several figures. */
export interface Bench {
  readonly name: string
  readonly figures: readonly FigureSpec[]
  /** Answers each figure by its name. */
  measure(ground: Ground, scale: Scale): Promise<Readonly<Record<string, Measured>>>
}

export function atLeast(least: number): Goal {
  return { text: `>= ${least}`, holds: (figure) => figure >= least }
}

export function atMost(most: number): Goal {
  return { text: `<= ${most}`, holds: (figure) => figure <= most }
}

/** What is told of a figure that could not be measured. */
export function notMeasured(note: string): Measured {
  return { figure: null, peer: null, note: `not measured: ${note}` }
}
