import { sha256 } from "../domain/hash.ts"

/** PostgreSQL keeps this many bytes of a name and cuts the rest in silence (NAMEDATALEN - 1). */
export const longestName = 63

export function nameLength(name: string): number {
  return Buffer.byteLength(name)
}

/**
 * A name of ours from parts that may be long: as it stands where it fits, else cut at a character's border and ended
 * with 8 digits of its hash, so that two long names that begin alike stay apart.
 */
export function fittingName(name: string): string {
  if (nameLength(name) <= longestName) return name
  const ending = `_${sha256(name).slice(0, 8)}`
  let kept = ""
  for (const character of name) {
    if (nameLength(kept + character) > longestName - ending.length) break
    kept += character
  }
  return kept + ending
}

/**
 * `users_email_key`, as PostgreSQL itself makes such names (makeObjectName): of two long parts the longer one is cut,
 * byte by byte, until all of it fits.
 */
export function objectName(table: string, column: string | null, label: string): string {
  const room = longestName - (label.length + 1) - (column === null ? 0 : 1)
  let [first, second] = [nameLength(table), column === null ? 0 : nameLength(column)]
  while (first + second > room) {
    if (first > second) first--
    else second--
  }
  return [clip(table, first), ...(column === null ? [] : [clip(column, second)]), label].join("_")
}

/** At most so many bytes, without half a character. */
function clip(name: string, bytes: number): string {
  let kept = ""
  for (const character of name) {
    if (nameLength(kept + character) > bytes) break
    kept += character
  }
  return kept
}

/** The first of `name`, `name1`, `name2`, … that is not taken, as PostgreSQL chooses names for constraints. */
export function freeName(base: string, taken: (name: string) => boolean): string {
  for (let count = 0; ; count++) {
    const name = fittingName(count === 0 ? base : `${base}${count}`)
    if (!taken(name)) return name
  }
}

/** Names that begin so belong to Sluice: marker and hidden columns. */
export const reservedPrefix = "_sluice"
