const notCode = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g
const read = /\b(?:new|old)\s*\.\s*(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/giu

/**
 * The columns that a trigger function in PL/pgSQL names of the row, as in `NEW.name`. PostgreSQL looks for them when the
 * function runs, and every write that fires it fails where one is gone. It goes by the text: what another function reads,
 * which that one calls with the row, isn't seen.
 */
export function columnsReadOfRow(body: string): readonly string[] {
  const names = [...body.replace(notCode, " ").matchAll(read)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").toLowerCase() : quoted.replaceAll('""', '"'),
  )
  return [...new Set(names)].toSorted()
}
