import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, literal, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { checkSql, foreignKeySql } from "../constraints/definition.ts"
import { notNullSteps } from "../constraints/not-null-steps.ts"
import { uniqueSteps } from "../constraints/unique-steps.ts"
import { validatedSteps } from "../constraints/validated-steps.ts"
import { ownDefaults } from "../hide/of-partition.ts"
import { interimCheck, notNullReturns } from "../hide/return-steps.ts"
import { columnComment, columnWhere, observation } from "../observe.ts"
import type { OperationContext } from "../operation.ts"
import { sqlStep } from "../sql-step.ts"
import { resolveTable } from "../table-name.ts"
import type { AlterColumn } from "./resolved.ts"

/** What the column itself promises from expand on, to the old application as well as to the new one. */
export function expandInPlace(alter: AlterColumn, context: OperationContext): readonly SqlStep[] {
  const { relation, column, fresh, asAdded, scope } = alter
  const at = `expand/${scope}`
  const steps: SqlStep[] = []
  if (fresh.notNull && !column.notNull)
    steps.push(...notNullSteps(relation, column.name, "expand", `${at}/not-null-${column.name}`))
  if (!fresh.notNull && column.notNull) steps.push(...allowNullSteps(alter))
  const { check, references } = asAdded.column
  if (check)
    steps.push(
      ...validatedSteps(
        { relation, name: check.name, kind: "check", definition: checkSql(check.constraint), target: null },
        "expand",
        `${at}/check-${check.name}`,
      ),
    )
  if (asAdded.column.unique === true) {
    const name = asAdded.uniqueName
    steps.push(...uniqueSteps({ relation, name, columns: [column.name] }, "expand", `${at}/unique-${name}`))
  }
  if (references) {
    const target = resolveTable(references.table, context)
    const definition = foreignKeySql([column.name], target, [references.column], references)
    steps.push(
      ...validatedSteps(
        { relation, name: references.name, kind: "foreign key", definition, target },
        "expand",
        `${at}/references-${references.name}`,
      ),
    )
  }
  return steps
}

/** DROP NOT NULL takes no time; taking it back means to look at every row, which its return steps do. */
function allowNullSteps({ relation, table: whole, column, scope }: AlterColumn): readonly SqlStep[] {
  const table = qualified(relation)
  const at = `expand/${scope}`
  const isNotNull = columnWhere(relation, column.name, sql`a.attnotnull`)
  return [
    ...notNullReturns({ at, phase: "expand" }, whole, column.name),
    sqlStep({
      id: `${at}/allow-null-${column.name}`,
      phase: "expand",
      summary: `Allow NULL in ${displayName(relation)}.${column.name}`,
      sql: sql`ALTER TABLE ${table} ALTER COLUMN ${ident(column.name)} DROP NOT NULL;`,
      undo: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(interimCheck(column.name))} CHECK (${ident(column.name)} IS NOT NULL) NOT VALID;`,
      observe: observation({
        after: sql`NOT ${isNotNull} AND NOT ${hasInterim(relation, column.name)}`,
        before: sql`${isNotNull} OR ${hasInterim(relation, column.name)}`,
      }),
      lock: "AccessExclusive",
      needs: [{ kind: "own", relation }],
      relations: [relation],
    }),
  ]
}

function hasInterim(relation: AlterColumn["relation"], column: string): Sql {
  return sql`EXISTS (SELECT FROM pg_constraint AS o WHERE o.conrelid = to_regclass(${literal(qualified(relation))}) AND o.conname = ${literal(interimCheck(column))})`
}

/** What nobody but the new application shall notice: default and comment change with the contract. */
export function contractInPlace({ relation, column, fresh, partitions, scope }: AlterColumn): readonly SqlStep[] {
  const steps: SqlStep[] = []
  const name = `${displayName(relation)}.${column.name}`
  const needs = [{ kind: "own", relation }] as const
  if (fresh.default !== column.default) {
    const set = (text: string | null): Sql =>
      sql`ALTER TABLE ${qualified(relation)} ALTER COLUMN ${ident(column.name)} ${text === null ? sql`DROP DEFAULT` : sql`SET DEFAULT ${trusted(`(${text})`)}`};`
    steps.push(
      sqlStep({
        id: `contract/${scope}/default-${column.name}`,
        phase: "contract",
        summary: `Change the default of ${name}`,
        sql: set(fresh.default),
        undo: join([set(column.default), ...ownDefaults(relation, partitions)], "\n"),
        observe: sql`SELECT 'before'`,
        lock: "AccessExclusive",
        needs,
        relations: [relation],
      }),
    )
  }
  if (fresh.comment !== column.comment) {
    const says = (text: string | null): Sql =>
      sql`COMMENT ON COLUMN ${qualified(relation)}.${ident(column.name)} IS ${literal(text)};`
    const current = columnComment(relation, column.name)
    steps.push(
      sqlStep({
        id: `contract/${scope}/comment-${column.name}`,
        phase: "contract",
        summary: `Comment on ${name}`,
        sql: says(fresh.comment),
        undo: says(column.comment),
        observe: observation({
          after: sql`${current} IS NOT DISTINCT FROM ${literal(fresh.comment)}`,
          before: sql`${current} IS NOT DISTINCT FROM ${literal(column.comment)}`,
        }),
        lock: "ShareUpdateExclusive",
        needs,
        relations: [relation],
      }),
    )
  }
  return steps
}
