/** `2026-01-31 12:00:05 UTC`, of an ISO time or of epoch milliseconds. */
export function utc(at: string | number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`
}
