import { readFile } from "node:fs/promises"

/** The last lines of a program's log, for the message that says why it didn't start. Empty where there is no log. */
export async function logTail(file: string, lines = 15): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "")
  return text.trimEnd().split("\n").slice(-lines).join("\n")
}
