/** A word as a POSIX shell takes it back: bare where nothing in it means anything to a shell, else quoted. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
