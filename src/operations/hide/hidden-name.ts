import { fittingName, reservedPrefix } from "../names.ts"

/** What a column is called between contract and purge: out of every application's way, and plainly ours. */
export function hiddenName(column: string, revision: string): string {
  return fittingName(`${reservedPrefix}_${revision}_${column}`)
}
