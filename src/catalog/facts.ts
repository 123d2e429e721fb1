import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import type { DefinitionKind } from "./same-definition.ts"
import type { Catalog, Table } from "./model.ts"
import { withoutOurs } from "./ours.ts"

/** One thing that a catalog says: about what, which property, and what it is. */
export interface Fact {
  /** `column public.users.email`. */
  readonly subject: string
  /** `type`; empty: that it exists at all. */
  readonly property: string
  readonly value: string
  /** How the value is written, where two texts can mean the same. */
  readonly kind: DefinitionKind | "plain"
}

/** All that a catalog says of its tables, in a fixed order. Nothing of ours in it. */
export function factsOf(catalog: Catalog): readonly Fact[] {
  return [
    ...catalog.tables.flatMap((table) => tableFacts(withoutOurs(table))),
    ...catalog.functions.flatMap(({ schema, name, arguments: count, volatility }) => {
      const called = count === undefined || count === null ? "" : ` of ${count} arguments`
      return facts(`function ${displayName({ schema: schema ?? "pg_catalog", name })}${called}`, { volatility })
    }),
  ]
}

function tableFacts(table: Table): readonly Fact[] {
  const name = displayName(table)
  const { enabled, forced } = table.rowSecurity
  return [
    ...facts(`table ${name}`, {
      "kind of table": `${table.persistence}, partitioning: ${table.partitioning}`,
      "partition key": table.partitionKey ?? "none",
      "partition of": table.parent ? displayName(table.parent) : "nothing",
      inheritance: inheritanceText(table.inheritance),
      "row security": forced ? "forced" : enabled ? "enabled" : "disabled",
      "replica identity": table.replicaIdentity,
      comment: table.comment ?? "none",
      "order of columns": table.columns.map((column) => column.name).join(", "),
    }),
    ...table.columns.flatMap((column) => [
      ...facts(`column ${name}.${column.name}`, {
        type: column.type,
        nullable: column.notNull ? "no" : "yes",
        identity: column.identity ?? "none",
        collation: column.collation ?? "the type's",
        comment: column.comment ?? "none",
        settings: column.settings?.join(", ") ?? "none",
      }),
      expression(`column ${name}.${column.name}`, "default", column.default),
      expression(`column ${name}.${column.name}`, "generated as", column.generated),
    ]),
    ...table.constraints.flatMap((constraint) => [
      ...facts(`constraint ${constraint.name} of ${name}`, {
        kind: constraint.kind,
        validated: constraint.validated ? "yes" : "no",
        comment: constraint.comment ?? "none",
      }),
      {
        subject: `constraint ${constraint.name} of ${name}`,
        property: "definition",
        value: constraint.definition,
        kind: "constraint" as const,
      },
    ]),
    ...table.indexes.flatMap((index) => [
      ...facts(`index ${index.name} of ${name}`, {
        valid: index.valid ? "yes" : "no",
        "belongs to": index.constraint ?? "no constraint",
      }),
      {
        subject: `index ${index.name} of ${name}`,
        property: "definition",
        value: index.definition,
        kind: "index" as const,
      },
    ]),
    ...table.triggers.flatMap((trigger) =>
      facts(`trigger ${trigger.name} of ${name}`, { definition: trigger.definition, enabled: trigger.enabled }),
    ),
  ]
}

/** A catalog that was kept by a version which didn't read it has none. */
function inheritanceText(inheritance: Table["inheritance"] | undefined): string {
  if (!inheritance) return "none"
  const { parents, children } = inheritance
  const names = (relations: readonly RelationName[]): string => relations.map(displayName).join(", ") || "none"
  return `from ${names(parents)}, by ${names(children)}`
}

function facts(subject: string, properties: Readonly<Record<string, string>>): readonly Fact[] {
  const exists: Fact = { subject, property: "", value: "", kind: "plain" }
  return [
    exists,
    ...Object.entries(properties).map(([property, value]): Fact => ({ subject, property, value, kind: "plain" })),
  ]
}

function expression(subject: string, property: string, value: string | null): Fact {
  return { subject, property, value: value ?? "none", kind: value === null ? "plain" : "expression" }
}
