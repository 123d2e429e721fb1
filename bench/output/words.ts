import type { Row } from "../row.ts"

/** `2.61 x`, `1,204 ms`, or `not measured`. */
export function value(figure: number | null, unit: string): string {
  if (figure === null) return "not measured"
  return `${figure.toLocaleString("en-US", { maximumSignificantDigits: 6 })} ${unit}`
}

/** `holds`, `missed`, `not measured`, or `reported` where there is no goal. */
export function verdict({ figure, goal, holds }: Row): string {
  if (figure === null) return "not measured"
  if (goal === null) return "reported"
  return holds === true ? "holds" : "missed"
}

export function peerValue({ peer, unit }: Row): string {
  return peer === null ? "" : value(peer, unit)
}
