/** The first of some words, and how many more there are: `a, b, c and 4 more`. */
export function firstFew(words: readonly string[], most: number, separator = ", "): string {
  const more = words.length > most ? ` and ${words.length - most} more` : ""
  return `${words.slice(0, most).join(separator)}${more}`
}
