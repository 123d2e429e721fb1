import type { Catalog, Column, Table } from "../../src/catalog/model.ts"
import type { PlanTarget } from "../../src/planner/compile.ts"
import type { Revision } from "../../src/revisions/revision.ts"

export function column(name: string, type: string, more: Partial<Column> = {}): Column {
  return {
    name,
    type,
    notNull: false,
    default: null,
    identity: null,
    generated: null,
    collation: null,
    comment: null,
    ...more,
  }
}

export function table(name: string, columns: readonly Column[], more: Partial<Table> = {}): Table {
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
    constraints: [
      {
        name: `${name}_pkey`,
        kind: "primary key",
        columns: ["id"],
        definition: "PRIMARY KEY (id)",
        validated: true,
        references: null,
        comment: null,
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

export const users = table("users", [
  column("id", "bigint", { notNull: true }),
  column("name", "text", { notNull: true }),
  column("email", "text"),
])

export function catalog(...tables: readonly Table[]): Catalog {
  return {
    serverMajor: 15,
    schemas: ["public"],
    tables,
    otherRelations: [{ schema: "public", name: "reports", kind: "view" }],
    functions: [
      { schema: null, name: "lower", volatility: "immutable" },
      { schema: null, name: "now", volatility: "stable" },
      { schema: null, name: "random", volatility: "volatile" },
      { schema: null, name: "to_tsvector", arguments: 1, volatility: "stable" },
    ],
    versionSchemas: [],
    rights: { role: "postgres", schemas: [], defaults: [] },
  }
}

export const target: PlanTarget = {
  name: "sample",
  schemas: ["public"],
  versions: { schemas: false, roles: { old: null, new: null } },
  gates: { "dual-write": "manual", switch: "manual", contract: "manual", purge: "manual" },
  soakMs: 0,
  keepMs: 1000,
  strategy: "expand-contract",
}

export function revision(id: string, ...operations: readonly Readonly<Record<string, unknown>>[]): Revision {
  return {
    id,
    parents: [],
    title: id,
    operations: operations.flatMap((operation) => Object.entries(operation).map(([kind, input]) => ({ kind, input }))),
    contentHash: "0".repeat(64),
    file: `${id}.yaml`,
  }
}
