import { baseType } from "../../catalog/domains.ts"
import type { Catalog, Column } from "../../catalog/model.ts"

/** Types of text, with what may stand behind them: length and brackets of an array. */
const text = /^(?:text|character varying|character|bpchar|name|(?:.+\.)?citext)(?:\(\d+\))?(?:\[\])*$/

/**
 * What another type keeps of a column's collation: all of it where both are text, since what is equal, unique and in order
 * depends on it; nothing where it has none.
 */
export function carriedCollation({ collation }: Column, type: string, catalog: Catalog): string | null {
  return collation !== null && text.test(baseType(catalog, type)) ? collation : null
}
