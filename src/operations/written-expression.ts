import type { WrittenExpression } from "./operation.ts"

type Place = Pick<WrittenExpression, "path" | "subject" | "table">

/** One expression of an operation's input, where it has one: nothing is known of the table's columns without a catalog. */
export function written(
  place: Place,
  text: string | undefined,
  more: Partial<Pick<WrittenExpression, "columns" | "computes" | "fills">> = {},
): readonly WrittenExpression[] {
  return text === undefined ? [] : [{ ...place, text, columns: null, computes: null, fills: "no", ...more }]
}
