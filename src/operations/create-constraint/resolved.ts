import { findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { BugError } from "../../domain/errors.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { parseExpression } from "../../sql/parser.ts"
import type { Sql } from "../../sql/sql.ts"
import { checkSql, foreignKeySql, keySql } from "../constraints/definition.ts"
import type { KeyConstraint } from "../constraints/unique-steps.ts"
import { readOptions } from "../indexes/options.ts"
import type { OperationContext } from "../operation.ts"
import { nothingPending, phaseOf } from "../pending.ts"
import type { Pending, Use } from "../pending.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import type { CheckInput, CreateConstraintInput, ForeignKeyInput, KeyInput } from "./input.ts"

interface Common {
  readonly relation: RelationName
  readonly table: Table
  readonly name: string
  /** As it follows `ADD CONSTRAINT name`, and as `pg_get_constraintdef` prints it. */
  readonly definition: Sql
  readonly uses: readonly Use[]
  readonly phase: Phase
  readonly pending: Pending
  /** What the ids of its steps begin with. */
  readonly id: string
  /** `public.users: users_email_key`. */
  readonly subject: string
}

export interface NewCheck extends Common {
  readonly kind: "check"
  readonly condition: string
  readonly columns: readonly string[]
  readonly noInherit: boolean
}

export interface NewKey extends Common {
  readonly kind: "unique" | "primary key"
  readonly key: KeyConstraint
}

export interface NewForeignKey extends Common {
  readonly kind: "foreign key"
  readonly columns: readonly string[]
  readonly target: RelationName
  readonly targetTable: Table
  readonly input: ForeignKeyInput
}

/** A `create_constraint` understood against the shape after the plan. */
export type NewConstraint = NewCheck | NewKey | NewForeignKey

/** To be called once `check` has found no error. */
export function resolveConstraint(
  input: CreateConstraintInput,
  before: Catalog,
  context: OperationContext,
): NewConstraint {
  const relation = resolveTable(input.table, context)
  const table = tableOf(relation, before)
  const subject = `${displayName(relation)}: ${input.name}`
  const pending = context.pending ?? nothingPending
  const finish = <Own extends object>(definition: Sql, uses: readonly Use[], own: Own): Common & Own => {
    const phase = phaseOf(uses, pending)
    const id = `${phase}/${stepScope(relation, context)}/constraint-${input.name}`
    return { relation, table, name: input.name, definition, uses, phase, pending, id, subject, ...own }
  }
  switch (input.type) {
    case "check": {
      const own = checkOf(input)
      return finish(checkSql(input.check, own.noInherit), [{ relation, columns: own.columns }], own)
    }
    case "unique":
    case "primary_key": {
      const own = keyOf(input, relation)
      const columns = [...own.key.columns, ...(own.key.include ?? [])]
      return finish(keySql(own.kind, own.key), [{ relation, columns }], own)
    }
    case "foreign_key": {
      const { columns, references } = input
      const target = resolveTable(references.table, context)
      const definition = foreignKeySql(columns, target, references.columns, { ...input, ...references })
      const uses = [
        { relation, columns },
        { relation: target, columns: references.columns },
      ]
      const kind = "foreign key" as const
      return finish(definition, uses, { kind, columns, target, targetTable: tableOf(target, before), input })
    }
  }
}

function checkOf({ check, no_inherit }: CheckInput): Pick<NewCheck, "kind" | "condition" | "columns" | "noInherit"> {
  return { kind: "check", condition: check, columns: parseExpression(check).columns, noInherit: no_inherit === true }
}

/** The key that is meant, whether or not its columns are there. */
export function keyOf(input: KeyInput, relation: RelationName): Pick<NewKey, "kind" | "key"> {
  const { name, columns, deferrable, initially_deferred, index_parameters: parameters } = input
  const kind = input.type === "unique" ? "unique" : "primary key"
  const options = parameters?.storage_parameters === undefined ? [] : (readOptions(parameters.storage_parameters) ?? [])
  const nullsNotDistinct = input.type === "unique" && input.nulls_not_distinct === true
  const include = parameters?.include_columns ?? []
  return {
    kind,
    key: { relation, name, kind, columns, include, nullsNotDistinct, options, deferrable, initially_deferred },
  }
}

function tableOf(relation: RelationName, catalog: Catalog): Table {
  const table = findTable(catalog, relation)
  if (table) return table
  const message = "create_constraint on a table that check had not found"
  throw new BugError({ code: "BUG", subject: displayName(relation), message })
}
