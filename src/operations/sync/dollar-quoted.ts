import { trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** A body between dollar signs, readable as it is; the tag is one that the body doesn't hold. */
export function dollarQuoted(body: Sql): Sql {
  let tag = "$sluice$"
  for (let count = 1; body.includes(tag); count++) tag = `$sluice${count}$`
  // Nothing ends the quotation before its tag.
  return trusted(`${tag}${body}${tag}`)
}

/** A block of plpgsql to run at once. */
export function doBlock(body: Sql): Sql {
  return trusted(`DO ${dollarQuoted(body)};`)
}
