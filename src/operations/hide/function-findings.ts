import type { Catalog } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { firstFew } from "../../domain/first-few.ts"
import { displayName, isSameRelation } from "../../domain/relation.ts"
import type { ColumnName } from "../../domain/relation.ts"
import { warning } from "../table-findings.ts"

/** As many are named; of the others the number is told. */
const most = 10

/**
 * What a column that loses its name at contract does to functions: PostgreSQL doesn't know what one in plpgsql, or one
 * in SQL whose body is a text, reads; it lets the name go, and the function fails when it is called next, or where a
 * column of another type takes the name over, may fail on that. They are found by words, so that one may be named here
 * which means another column. `becomes`: that type; null: the name goes.
 */
export function functionFindings(
  { relation, column }: ColumnName,
  { mentions = [] }: Catalog,
  becomes: string | null = null,
): readonly Finding[] {
  const theirs = mentions.filter((mention) => mention.column === column && isSameRelation(mention.relation, relation))
  if (theirs.length === 0) return []
  const functions = theirs.map((mention) => mention.function)
  const comesTo =
    becomes === null ? "fails with 42703 from contract on" : `finds one of type ${becomes} from contract on`
  return [
    warning(
      "FUNCTION_READS_COLUMN",
      `${displayName(relation)}.${column}`,
      `Functions name the words ${relation.name} and ${column} (${firstFew(functions, most)}): one that means this column ${comesTo}`,
      becomes === null
        ? "Have those that do mean it do without that name before the contract gate is passed; PostgreSQL can't tell which do."
        : "Have those that do mean it work with both types before the contract gate is passed (a cast does); PostgreSQL can't tell which do.",
    ),
  ]
}
