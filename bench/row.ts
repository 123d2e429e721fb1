import type { FigureSpec, Measured } from "./bench.ts"

/** One figure as it is told: the shape of the JSON document (interface). */
export interface Row {
  readonly name: string
  /** Null: not measured. */
  readonly figure: number | null
  readonly unit: string
  /** `>= 2.5`; null where the figure is only reported. */
  readonly goal: string | null
  /** What pgroll reached, in the same unit; null where there is nothing to compare with. */
  readonly peer: number | null
  /** Null: not measured. A figure without a goal holds. */
  readonly holds: boolean | null
  readonly about: string
  readonly note: string
}

/** Judges a figure by its goal. */
export function rowOf({ name, unit, goal, about }: FigureSpec, { figure, peer, note }: Measured): Row {
  const holds = figure === null ? null : (goal?.holds(figure, peer) ?? true)
  return { name, figure, unit, goal: goal?.text ?? null, peer, holds, about, note }
}
