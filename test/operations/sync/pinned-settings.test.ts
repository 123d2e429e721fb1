import { beforeAll, expect, test } from "vitest"
import type { SyncColumn } from "../../../src/domain/backfill.ts"
import { pinnedSettings } from "../../../src/operations/sync/pinned-settings.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { sql, trusted } from "../../../src/sql/sql.ts"

beforeAll(loadParser)

function column(name: string, type: string, expression: string | null = null): SyncColumn {
  return {
    name,
    type,
    collation: null,
    expression: expression === null ? null : trusted(expression),
    reads: [],
    comparable: true,
    compareBytes: false,
    absent: sql`NULL`,
    added: expression !== null,
    notNull: false,
    hidden: null,
  }
}

const pinned = (
  old: readonly SyncColumn[],
  fresh: readonly SyncColumn[],
  sources: readonly SyncColumn[] = [],
): string =>
  pinnedSettings([
    {
      relation: { schema: "public", name: "people" },
      mark: "0",
      groups: [{ old, new: fresh, sources }],
      renamed: [],
      marker: "m",
      function: "f",
      insertTrigger: "i",
      updateTrigger: "u",
    },
  ])

const path = "SET search_path = pg_catalog, pg_temp"

test("a trigger between texts pins the search_path alone: each setting costs every write", () => {
  expect(pinned([column("name", "text")], [column("first", "text", "split_part(name, ' ', 1)")])).toBe(path)
})

test.each<[string, readonly SyncColumn[], readonly SyncColumn[], (readonly SyncColumn[])?]>([
  ["a date is printed", [column("born", "date")], [column("year", "text", "left(born::text, 4)")]],
  ["a text is read as a date", [column("born", "text")], [column("day", "date", "born::date")]],
  ["an old column would have to be compared", [column("size", "real")], [column("note", "text", "'x'")]],
  [
    "a column of both shapes is printed",
    [column("name", "text")],
    [column("note", "text", "name || at")],
    [column("at", "timestamp with time zone")],
  ],
])("where %s, how values are printed is pinned", (_, old, fresh, sources) => {
  expect(pinned(old, fresh, sources)).toContain(`SET "DateStyle" = 'ISO, MDY'`)
})

test("what is asked without a sync pins everything that is pinned always", () => {
  expect(pinnedSettings([])).toContain(`SET "TimeZone" = 'UTC'`)
})
