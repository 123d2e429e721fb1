import type { Catalog } from "../../catalog/model.ts"
import type { RelationName } from "../../domain/relation.ts"
import { riskOf } from "../../lint/statement-risk.ts"
import type { StatementRisk } from "../../lint/statement-risk.ts"
import { readScript } from "../../lint/script.ts"
import type { Statement } from "../../sql/parser.ts"

/** A script of raw SQL with what each statement may do. */
export interface RawScript {
  readonly statements: readonly (Statement & { readonly risk: StatementRisk })[]
  /** All of it may run in one transaction. */
  readonly transactional: boolean
}

/** Throws UserError SQL_SYNTAX. */
export function readRawScript(text: string): RawScript {
  const script = readScript(text)
  const statements = script.statements.map((statement) => ({ ...statement, risk: riskOf(statement, script) }))
  return { statements, transactional: statements.every(({ risk }) => risk.transactional) }
}

/** The relations that a script names; an unqualified name means the default schema. PostgreSQL's own are left out. */
export function relationsOf(script: RawScript, defaultSchema: string): readonly RelationName[] {
  const found = new Map<string, RelationName>()
  for (const { schema, name } of script.statements.flatMap(({ relations }) => relations)) {
    const relation = { schema: schema ?? defaultSchema, name }
    if (relation.schema === "pg_catalog" || relation.schema === "information_schema") continue
    found.set(JSON.stringify([relation.schema, name]), relation)
  }
  return [...found.values()]
}

/** With an index's table where the script names the index alone (DROP INDEX). */
export function withTablesOfIndexes(relations: readonly RelationName[], before: Catalog): readonly RelationName[] {
  const tables = before.tables.filter(({ schema, indexes }) =>
    indexes.some((index) => relations.some((relation) => relation.schema === schema && relation.name === index.name)),
  )
  const known = new Set(relations.map(({ schema, name }) => JSON.stringify([schema, name])))
  const added = tables.filter(({ schema, name }) => !known.has(JSON.stringify([schema, name])))
  return [...relations, ...added.map(({ schema, name }) => ({ schema, name }))]
}
