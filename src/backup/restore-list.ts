/** What a test restore needn't bring back, by the beginning of an entry in `pg_restore -l`. */
const leftOut: readonly { readonly entry: string; readonly note: string; readonly whenPlain: boolean }[] = [
  { entry: "MATERIALIZED VIEW DATA ", note: "materialized views were not refreshed", whenPlain: false },
  { entry: "EVENT TRIGGER ", note: "event triggers were left out", whenPlain: false },
  { entry: "USER MAPPING ", note: "user mappings were left out", whenPlain: false },
  // A role that isn't superuser could then no longer compare all rows, or names roles that the server doesn't have.
  { entry: "ROW SECURITY ", note: "row level security was not switched on", whenPlain: true },
  // Only a superuser may create it, and it holds none of the database's rows.
  { entry: "EXTENSION - pg_stat_statements ", note: "pg_stat_statements was left out", whenPlain: true },
  { entry: "POLICY ", note: "row level security policies were left out", whenPlain: true },
]

export interface RestoreList {
  /** For `pg_restore --use-list`. */
  readonly text: string
  readonly notes: readonly string[]
  /** Extensions that the restore will create. */
  readonly extensions: readonly string[]
}

/**
 * The table of contents without what a test restore leaves out: foreign keys to data that isn't there (by the
 * constraint's oid: names may hold anything), and objects that prove nothing about rows but need a superuser. `plain`:
 * the restoring role is none.
 */
export function restoreList(
  contents: string,
  missing: { foreignKeys: readonly string[]; plain: boolean },
): RestoreList {
  const foreignKeys = new Set(missing.foreignKeys)
  const notes = new Set<string>()
  const extensions: string[] = []
  const lines = contents.split("\n").filter((line) => {
    const [, oid = "", entry = ""] = /^\d+; \d+ (\d+) (.*)$/.exec(line) ?? []
    const rule = leftOut.find((rule) => entry.startsWith(rule.entry) && (missing.plain || !rule.whenPlain))
    if (rule) notes.add(rule.note)
    const extension = /^EXTENSION - (.*?) *$/.exec(entry)?.[1]
    if (extension !== undefined && !rule) extensions.push(extension)
    return !rule && !(entry.startsWith("FK CONSTRAINT ") && foreignKeys.has(oid))
  })
  return { text: lines.join("\n"), notes: [...notes], extensions }
}
