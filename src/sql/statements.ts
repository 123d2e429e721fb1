import { UserError } from "../domain/errors.ts"
import type { Node } from "libpg-query"
import { SqlSyntaxError, lineAt, parseTree, scanTokens } from "./engine.ts"
import { referencedRelations } from "./statement-relations.ts"
import type { ReferencedRelation } from "./statement-relations.ts"
import { categoryOf } from "./statement-category.ts"
import type { StatementCategory } from "./statement-category.ts"

export type { ReferencedRelation, StatementCategory }

/** One statement of a script, as PostgreSQL's parser sees it. */
export interface Statement {
  /** The parser's name: `AlterTableStmt`. */
  readonly kind: string
  readonly category: StatementCategory
  readonly node: Node
  /** Without the semicolon, and without comments before and after it. */
  readonly text: string
  /** Bytes of the script's UTF-8, end exclusive. */
  readonly start: number
  readonly end: number
  /** First is 1. */
  readonly line: number
  /** Distinct relations that it names, as written; WITH queries' names are not relations. */
  readonly relations: readonly ReferencedRelation[]
}

/** Splits a script into its statements. Throws UserError SQL_SYNTAX with the line. */
export function parseStatements(text: string): readonly Statement[] {
  const bytes = Buffer.from(text, "utf8")
  try {
    const solid = scanTokens(text).filter(({ kind }) => kind !== "comment")
    let last = 0
    return parseTree(text).map(({ node, start, end: limit }) => {
      const kind = Object.keys(node)[0] ?? ""
      // The last statement's range reaches to the end of the text, whatever comments stand there.
      let end = start
      for (let token = solid[last]; token && token.start < limit; token = solid[++last]) end = token.end
      return {
        kind,
        category: categoryOf(node),
        node,
        text: bytes.subarray(start, end).toString("utf8"),
        start,
        end,
        line: lineAt(text, bytes.subarray(0, start).toString("utf8").length),
        relations: referencedRelations(node),
      }
    })
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error
    const line = lineAt(text, error.index)
    throw new UserError({
      code: "SQL_SYNTAX",
      subject: "SQL",
      message: `Line ${line}: ${error.message}`,
      hint: "PostgreSQL's own parser refuses the text; psql's backslash commands are not SQL.",
      line,
    })
  }
}
