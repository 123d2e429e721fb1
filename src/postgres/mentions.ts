import type { Mention } from "../catalog/model.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { Session } from "./session.ts"
import { mentionsSql } from "./sql/mentions.ts"

/** The functions whose bodies name one of these columns and its table. Reads every function's source once for each. */
export async function readMentions(session: Session, columns: readonly ColumnName[]): Promise<readonly Mention[]> {
  const rows = await session.query<Row>(mentionsSql, [
    columns.map(({ relation }) => relation.schema),
    columns.map(({ relation }) => relation.name),
    columns.map(({ column }) => column),
    columns.map(({ relation }) => wordPattern(relation.name)),
    columns.map(({ column }) => wordPattern(column)),
  ])
  return rows.map(({ schema, name, column, function: text }) => ({
    relation: { schema, name },
    column,
    function: text,
  }))
}

interface Row {
  readonly schema: string
  readonly name: string
  readonly column: string
  readonly function: string
}

/** A regular expression of PostgreSQL's that finds the name where it isn't a part of a longer one. */
function wordPattern(name: string): string {
  return `(?<![[:alnum:]_$])${name.replaceAll(/[^\p{L}\p{N}_]/gu, String.raw`\$&`)}(?![[:alnum:]_$])`
}
