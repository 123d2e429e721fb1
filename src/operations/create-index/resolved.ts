import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { BugError } from "../../domain/errors.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import { printedName } from "../../sql/printed-name.ts"
import { readOptions } from "../indexes/options.ts"
import { columnsUsed } from "../indexes/spec.ts"
import type { CatalogName, IndexElement, IndexSpec } from "../indexes/spec.ts"
import type { OperationContext } from "../operation.ts"
import { nothingPending, phaseOf } from "../pending.ts"
import type { Pending, Use } from "../pending.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import { listOfElements } from "./input.ts"
import type { CreateIndexInput, ListedElement } from "./input.ts"

/** A `create_index` understood against the shape after the plan. */
export interface CreateIndex {
  readonly table: Table
  readonly index: IndexSpec
  readonly use: Use
  readonly phase: Phase
  readonly pending: Pending
  /** What the ids of its steps begin with. */
  readonly id: string
  /** `public.users: users_email_idx`. */
  readonly subject: string
}

/** To be called once `check` has found no error. */
export function resolveCreateIndex(input: CreateIndexInput, before: Catalog, context: OperationContext): CreateIndex {
  const relation = resolveTable(input.table, context)
  const table = findTable(before, relation)
  const subject = `${displayName(relation)}: ${input.name}`
  if (!table) throw new BugError({ code: "BUG", subject, message: "create_index on a table that check had not found" })
  const index: IndexSpec = {
    relation,
    name: input.name,
    unique: input.unique === true,
    method: input.method ?? "btree",
    elements: listOfElements(input.columns).map((element) => resolveElement(element, table)),
    include: input.include ?? [],
    nullsNotDistinct: input.nulls_not_distinct === true,
    options: input.storage_parameters === undefined ? [] : (readOptions(input.storage_parameters) ?? []),
    predicate: input.predicate ?? null,
  }
  const use = { relation, columns: columnsUsed(index) }
  const pending = context.pending ?? nothingPending
  const phase = phaseOf([use], pending)
  return {
    table,
    index,
    use,
    phase,
    pending,
    id: `${phase}/${stepScope(relation, context)}/index-${input.name}`,
    subject,
  }
}

function resolveElement(element: ListedElement, table: Table): IndexElement {
  const key = "column" in element ? { column: element.column } : { expression: element.expression }
  const column = "column" in element ? findColumn(table, element.column) : undefined
  const descending = element.sort?.toUpperCase() === "DESC"
  const nulls = element.nulls?.toUpperCase()
  return {
    key,
    collation: collationOf(element, column),
    opclass: opclassOf(element),
    descending,
    nullsFirst: nulls === undefined ? descending : nulls === "FIRST",
  }
}

/** Null also where it is the column's own anyway: PostgreSQL doesn't mention it then. */
function collationOf({ collate }: ListedElement, column: Column | undefined): CatalogName | null {
  if (collate === undefined) return null
  const given = typeof collate === "string" ? { schema: "pg_catalog", name: unquoted(collate) } : collate
  const { schema, name } = given
  const printed = schema === "pg_catalog" ? printedName(name) : `${printedName(schema)}.${printedName(name)}`
  return column?.collation === printed ? null : given
}

function opclassOf({ opclass }: ListedElement): IndexElement["opclass"] {
  if (!opclass) return null
  const { schema = "pg_catalog", name, params = [] } = opclass
  return { schema, name, options: params.flatMap((param) => readOptions(param) ?? []) }
}

/** `"C"` as pgroll's files have it, where the name goes into SQL as it stands. */
function unquoted(name: string): string {
  return /^"(?:[^"]|"")+"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name
}
