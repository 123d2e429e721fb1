import type { RangeVar } from "libpg-query"
import { parseStatements } from "../sql/parser.ts"
import type { Statement } from "../sql/parser.ts"
import { scanTokens } from "../sql/engine.ts"
import type { Token } from "../sql/engine.ts"

/** A script as the rules see it. */
export interface Script {
  readonly statements: readonly Statement[]
  readonly tokens: readonly Token[]
  /** Does the script itself create this relation? Then nobody uses it yet, and locks on it harm nobody. */
  creates(relation: RangeVar | undefined): boolean
  /** The statements before this one. */
  before(statement: Statement): readonly Statement[]
  /** Names of rules that a comment `-- sluice: allow NAME, NAME` before or in the statement switches off for it. */
  allowed(statement: Statement): readonly string[]
}

/** Throws UserError SQL_SYNTAX. */
export function readScript(text: string): Script {
  const statements = parseStatements(text)
  const tokens = scanTokens(text)
  const created = new Map<string, number>()
  for (const [index, { node }] of statements.entries()) {
    const relation = createdBy(node)
    if (relation) created.set(keyOf(relation), index)
  }
  const allowances = tokens.flatMap((token) => {
    const names =
      token.kind === "comment" ? /sluice:\s*allow\s+([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)/.exec(token.text)?.[1] : null
    return names ? [{ at: token.start, names: names.split(/\s*,\s*/) }] : []
  })
  return {
    statements,
    tokens,
    creates: (relation) => relation !== undefined && created.has(keyOf(relation)),
    before: (statement) => statements.slice(0, statements.indexOf(statement)),
    allowed: (statement) => {
      const from = statements[statements.indexOf(statement) - 1]?.end ?? 0
      return allowances.filter(({ at }) => at >= from && at < statement.end).flatMap(({ names }) => names)
    },
  }
}

function createdBy(node: Statement["node"]): RangeVar | undefined {
  // IF NOT EXISTS may find a table that lives.
  if ("CreateStmt" in node) return node.CreateStmt.if_not_exists ? undefined : node.CreateStmt.relation
  if ("CreateTableAsStmt" in node && !node.CreateTableAsStmt.if_not_exists) return node.CreateTableAsStmt.into?.rel
  return undefined
}

function keyOf({ schemaname, relname }: RangeVar): string {
  return JSON.stringify([schemaname ?? null, relname])
}
