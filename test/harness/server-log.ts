import { open, stat } from "node:fs/promises"
import { inject } from "vitest"

/** A place in the log of this test run's cluster, from which on it can be read. */
export interface LogMark {
  /** Everything that the cluster has written since the mark, by all databases. */
  read(): Promise<string>
  /** Only the lines about one database (`user@database` in the prefix), with their continuation lines. */
  readFor(database: string): Promise<string>
}

/** Remembers where the cluster's log ends now. */
export async function markLog(logFile: string = inject("postgres").logFile): Promise<LogMark> {
  const start = (await stat(logFile)).size
  const read = async (): Promise<string> => {
    const file = await open(logFile)
    try {
      const end = (await file.stat()).size
      const buffer = Buffer.alloc(end - start)
      await file.read(buffer, 0, buffer.length, start)
      return buffer.toString("utf8")
    } finally {
      await file.close()
    }
  }
  return { read, readFor: async (database) => entriesOf(await read(), database).join("\n") }
}

/** An entry begins with a time; what follows indented or bare belongs to it. */
function entriesOf(text: string, database: string): readonly string[] {
  const entries = text.split(/\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/)
  return entries.filter((entry) => entry.split("\n")[0]?.includes(`@${database} `))
}
