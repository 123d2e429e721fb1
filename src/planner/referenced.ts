import { SluiceError } from "../domain/errors.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import { distinctRelations } from "../operations/merge-steps.ts"
import type { Revision } from "../revisions/revision.ts"
import { parseExpression } from "../sql/parser.ts"
import type { CalledFunction } from "../sql/parser.ts"
import { bindOperations } from "./bound-operation.ts"

/** What the catalog reader has to load for a plan of these revisions. */
export interface Referenced {
  readonly relations: readonly RelationName[]
  readonly functions: readonly CalledFunction[]
  /** Columns whose names go at contract, or mean another column from then on. */
  readonly columns: readonly ColumnName[]
}

/** The relations that the revisions touch and the functions that their expressions call. */
export function referencedBy(revisions: readonly Revision[], defaultSchema: string): Referenced {
  const operations = bindOperations(revisions, { defaultSchema, versionViews: false })
  const functions = new Map<string, CalledFunction>()
  for (const text of operations.flatMap(({ input }) => stringsIn(input)))
    for (const name of functionsIn(text)) functions.set(JSON.stringify([name.schema, name.name, name.arguments]), name)
  return {
    relations: distinctRelations(operations.flatMap(({ relations }) => relations)),
    functions: [...functions.values()],
    columns: distinctColumns(operations.flatMap(({ losesNames, alters }) => [...losesNames, ...alters])),
  }
}

function distinctColumns(columns: readonly ColumnName[]): readonly ColumnName[] {
  return [...new Map(columns.map((one) => [JSON.stringify([one.relation, one.column]), one])).values()]
}

/** Any text of an operation may be an expression; one that isn't calls nothing. */
function functionsIn(text: string): readonly CalledFunction[] {
  try {
    return parseExpression(text).functions
  } catch (error) {
    if (error instanceof SluiceError && error.kind === "UserError") return []
    throw error
  }
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value]
  if (value === null || typeof value !== "object") return []
  return Object.values(value).flatMap(stringsIn)
}
