/** The endings of revision files; the pair of a revision in SQL has one stem. */
const endings = [".up.sql", ".down.sql", ".yaml", ".yml"] as const

/** The file's name without its ending, or null where it is no revision file. */
export function stemOf(name: string): string | null {
  const ending = endings.find((candidate) => name.endsWith(candidate))
  return ending && name.length > ending.length ? name.slice(0, -ending.length) : null
}

/** `0004_split_name` → `Split name`. */
export function titleOf(id: string): string {
  const words = id
    .replace(/^\d+[_.-]*/, "")
    .replaceAll(/[_.-]+/g, " ")
    .trim()
  const title = words === "" ? id : words
  return title.charAt(0).toUpperCase() + title.slice(1)
}

/** The order of file names: by the number that they begin with, then by character code. */
export function byFileName(a: string, b: string): number {
  const [left, right] = [leadingNumber(a), leadingNumber(b)]
  if (left !== right) return left < right ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Files without a number come last. */
function leadingNumber(name: string): number {
  const digits = /^\d+/.exec(name)?.[0]
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits)
}

/** A title as a part of a file's name: ASCII letters, digits and `_`, 50 at most; `change` where nothing is left. */
export function slugOf(title: string): string {
  const ascii = title
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll("ß", "ss")
    .toLowerCase()
  const slug = ascii
    .replaceAll(/[^a-z0-9]+/g, "_")
    .slice(0, 50)
    .replaceAll(/^_+|_+$/g, "")
  return slug === "" ? "change" : slug
}

/** The next file's name: one more than the highest number that is taken, as wide as that, four digits at least. */
export function nextFileName(taken: readonly string[], title: string): string {
  const numbers = taken.filter((name) => stemOf(name) !== null).map((name) => /^\d+/.exec(name)?.[0] ?? "")
  // Timestamps as numbers (20240131120000) stay what they are: digits counted up.
  const highest = numbers.reduce((best, digits) => (BigInt(digits || 0) > BigInt(best || 0) ? digits : best), "")
  const next = (BigInt(highest || 0) + 1n).toString()
  return `${next.padStart(Math.max(4, highest.length), "0")}_${slugOf(title)}.yaml`
}
