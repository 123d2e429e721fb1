import type { Table } from "../../../src/catalog/model.ts"
import type { Sync, SyncColumn, SyncGroup } from "../../../src/domain/backfill.ts"
import { syncStep } from "../../../src/operations/sync/install.ts"
import { needsByteEquality } from "../../../src/operations/sync/byte-equality.ts"
import { syncOf } from "../../../src/planner/merge-syncs.ts"
import { parseExpression } from "../../../src/sql/parser.ts"
import { sql, trusted } from "../../../src/sql/sql.ts"
import { createDatabase } from "../../harness/database.ts"
import type { TestDatabase } from "../../harness/database.ts"

/** A column for a sync that no operation has made. */
export function syncColumn(
  name: string,
  type: string,
  expression: string | null,
  more: Partial<SyncColumn> = {},
): SyncColumn {
  return {
    name,
    type,
    collation: null,
    expression: expression === null ? null : parseExpression(expression).text,
    reads: expression === null ? [] : parseExpression(expression).columns,
    comparable: true,
    compareBytes: needsByteEquality(type, null),
    absent: sql`NULL`,
    added: false,
    notNull: false,
    hidden: null,
    ...more,
  }
}

/** name <-> first_name, last_name: the recipe's own example, lossy in both directions. */
export function splitNameGroup(): SyncGroup {
  return {
    old: [syncColumn("name", "text", "trim(first_name || ' ' || last_name)", { notNull: true })],
    new: [
      syncColumn("first_name", "text", "split_part(name, ' ', 1)", { added: true }),
      syncColumn("last_name", "text", "ltrim(substr(name, length(split_part(name, ' ', 1)) + 1))", { added: true }),
    ],
    sources: [],
  }
}

/** nick, computed from name, which stays. */
export function nickGroup(): SyncGroup {
  return {
    old: [],
    new: [syncColumn("nick", "text", "lower(name)", { added: true })],
    sources: [syncColumn("name", "text", null, { notNull: true })],
  }
}

export function usersSync(...groups: readonly SyncGroup[]): Sync {
  return syncOf({ schema: "public", name: "users" }, groups, ["0001_test"])
}

/** As much of a table as walking through it needs. */
export function tableModel(
  name: string,
  key: readonly (readonly [string, string])[],
  more: Partial<Table> = {},
): Table {
  const columns = key.map(([column, type]) => ({
    name: column,
    type,
    notNull: true,
    default: null,
    identity: null,
    generated: null,
    collation: null,
    comment: null,
  }))
  const names = key.map(([column]) => column)
  const common = { validated: true, references: null, comment: null }
  return {
    schema: "public",
    name,
    owner: "postgres",
    partitioning: "none",
    parent: null,
    persistence: "permanent",
    rowSecurity: { enabled: false, forced: false },
    replicaIdentity: "default",
    comment: null,
    columns,
    constraints:
      names.length === 0
        ? []
        : [
            {
              ...common,
              name: `${name}_pkey`,
              kind: "primary key",
              columns: names,
              definition: `PRIMARY KEY (${names.join(", ")})`,
            },
          ],
    indexes: [],
    triggers: [],
    grants: [],
    inheritance: null,
    dependents: [],
    columnDependents: [],
    ...more,
  }
}

/** A database whose table has its dual write begun, with rows from before it. */
export async function databaseWithSync(given: string, sync: Sync): Promise<TestDatabase> {
  const database = await createDatabase({ schema: given })
  await database.query("CREATE SCHEMA IF NOT EXISTS sluice; REVOKE ALL ON SCHEMA sluice FROM PUBLIC")
  await database.query(syncStep(sync, "expand/users/sync").sql)
  return database
}

export const marker = (sync: Sync): string => trusted(`"${sync.marker}"`)
