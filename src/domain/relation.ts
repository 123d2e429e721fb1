/** The name of a relation in its two parts. Never written as one dotted string inside the program. */
export interface RelationName {
  readonly schema: string
  readonly name: string
}

/** A column of a relation. */
export interface ColumnName {
  readonly relation: RelationName
  readonly column: string
}

export function isSameRelation(left: RelationName, right: RelationName): boolean {
  return left.schema === right.schema && left.name === right.name
}

/** For messages and subjects only: `public.users`, with quotes where the name needs them. Never used as SQL. */
export function displayName(relation: RelationName): string {
  return `${display(relation.schema)}.${display(relation.name)}`
}

function display(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
