/** As PostgreSQL counts them: each is 1024 times the one before. */
const units = ["B", "kB", "MB", "GB", "TB"] as const

/** Bytes of `512kB`, `64MB`, `1.5GB` or `0`, in PostgreSQL's units (1 kB = 1024 bytes); null where the text is no size. */
export function parseByteSize(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed === "0") return 0
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|TB)$/i.exec(trimmed) ?? []
  const power = units.findIndex((name) => name.toLowerCase() === unit.toLowerCase())
  return power < 0 ? null : Math.round(Number(amount) * 1024 ** power)
}

/** The other way round, in the largest unit that gives at least one: `980B`, `16MB`, `1.5GB`. */
export function formatByteSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toFixed(1))}${units[power]}`
}
