import { median } from "./statistics.ts"

/** Three significant digits: more than that no machine repeats. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** `1.42 (1.31 to 1.6)`: the median beside its spread, which on a busy machine says more than the median. */
export function spread(values: readonly number[]): string {
  return `${rounded(median(values))} (${rounded(Math.min(...values))} to ${rounded(Math.max(...values))})`
}

/** `200,000`. */
export function thousands(count: number): string {
  return Math.round(count).toLocaleString("en-US")
}

/** Milliseconds as a person would say them: `12 ms`, `4.21 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${rounded(milliseconds)} ms` : `${rounded(milliseconds / 1_000)} s`
}
