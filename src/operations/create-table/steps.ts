import type { Capability } from "../../domain/capability.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { parseExpression } from "../../sql/parser.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { allOf } from "../sync/group-direction.ts"
import { distinctRelations } from "../merge-steps.ts"
import { columnWhere, hasType, observation, relationOid } from "../observe.ts"
import type { OperationContext } from "../operation.ts"
import { sqlStep } from "../sql-step.ts"
import { stepScope } from "../table-name.ts"
import type { CreateTable, NewColumn } from "./resolved.ts"

/** The table with all that belongs to it. It is empty, so its constraints cost nothing. */
export function createTableStep(table: CreateTable, context: OperationContext): SqlStep {
  const { relation, columns, constraints } = table
  const name = qualified(relation)
  const targets = constraints.flatMap(({ references }) => references ?? [])
  const parts = [
    ...columns.map(columnSql),
    // Definitions of ours, from definition.ts.
    ...constraints.map(({ name, definition }) => sql`CONSTRAINT ${ident(name)} ${trusted(definition)}`),
  ]
  return sqlStep({
    id: `expand/${stepScope(relation, context)}/create-table`,
    phase: "expand",
    summary: `Create table ${displayName(relation)} with ${columns.length} columns`,
    sql: sql`CREATE TABLE ${name} (
  ${join(parts, ",\n  ")}
);${comments(table)}`,
    undo: sql`DROP TABLE IF EXISTS ${name};`,
    // Its foreign keys go from the tables that they point to as well.
    ...(targets.length > 0 && {
      undoLocks: { lock: "AccessExclusive", relations: distinctRelations([relation, ...targets]) },
    }),
    observe: observation({ after: isThere(table), before: sql`${relationOid(relation)} IS NULL` }),
    lock: targets.length > 0 ? "ShareRowExclusive" : "none",
    needs: needsOf(table, targets),
    relations: distinctRelations([relation, ...targets]),
  })
}

function columnSql({ input, type, notNull, default: text, generated, identity }: NewColumn): Sql {
  const value = generated ?? text
  const end =
    identity !== null
      ? sql` GENERATED ${identity === "always" ? sql`ALWAYS` : sql`BY DEFAULT`} AS IDENTITY`
      : value === null
        ? none
        : generated === null
          ? sql` DEFAULT (${parseExpression(value).text})`
          : sql` GENERATED ALWAYS AS (${parseExpression(value).text}) STORED`
  // serial is no type but a way to write one: it brings its sequence and its default.
  const typeName = type.serial ? trusted(serialWord(type.name)) : type.name
  return sql`${ident(input.name)} ${typeName}${end}${notNull ? sql` NOT NULL` : none}`
}

function serialWord(type: string): string {
  return type === "bigint" ? "bigserial" : type === "smallint" ? "smallserial" : "serial"
}

function comments({ relation, comment, columns }: CreateTable): Sql {
  const onColumns = columns.flatMap(({ input }) =>
    input.comment === undefined
      ? []
      : [sql`\nCOMMENT ON COLUMN ${qualified(relation)}.${ident(input.name)} IS ${literal(input.comment)};`],
  )
  const onTable = comment === null ? [] : [sql`\nCOMMENT ON TABLE ${qualified(relation)} IS ${literal(comment)};`]
  return join([...onTable, ...onColumns], "")
}

/** The table with exactly these columns. */
function isThere({ relation, columns }: CreateTable): Sql {
  const each = columns.map(({ input, type, notNull }) =>
    columnWhere(relation, input.name, sql`${hasType(type.name)} AND a.attnotnull = ${literal(notNull)}`),
  )
  const count = sql`(SELECT count(*) FROM pg_attribute AS a
  WHERE a.attrelid = ${relationOid(relation)} AND a.attnum > 0 AND NOT a.attisdropped) = ${literal(columns.length)}`
  return allOf([count, ...each])
}

function needsOf({ relation, columns }: CreateTable, targets: readonly RelationName[]): readonly Capability[] {
  const own = columns.filter(({ type }) => !type.builtIn)
  return [
    { kind: "create-in-schema", schema: relation.schema },
    ...distinctRelations(
      targets.filter((target) => target.schema !== relation.schema || target.name !== relation.name),
    ).map((target): Capability => ({ kind: "references", relation: target })),
    ...own.map(({ type }): Capability => ({ kind: "usage-on-type", type: type.name })),
  ]
}
