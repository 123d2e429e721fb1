/** A whole number greater than nothing from an environment variable; null where it holds anything else. */
export function positive(text: string | undefined): number | null {
  const number = Number(text)
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : null
}
