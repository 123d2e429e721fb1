import type { Finding } from "../../domain/finding.ts"
import { lintStatements } from "../../lint/lint.ts"
import { codeOf } from "../../lint/rule.ts"
import { rules } from "../../lint/rules/index.ts"
import type { Statement } from "../../sql/parser.ts"
import { behaviourOf } from "./alone.ts"
import { readRawScript } from "./script.ts"

/** Which of an operation's three texts is judged, and so when it runs. */
export type Part = "up" | "down" | "onComplete"

/** Kinds that a revision may hold besides DDL. */
const maintenance: ReadonlySet<string> = new Set(["VacuumStmt", "ReindexStmt", "RefreshMatViewStmt", "ClusterStmt"])
const strictCodes: ReadonlySet<string> = new Set(rules.filter(({ strict }) => strict).map((rule) => codeOf(rule)))

/**
 * Lint, and what Sluice can't run at all. `down` is a way back: it may drop what `up` made, so that only the rules
 * count that no comment can silence.
 */
export function checkScript(text: string, part: Part, atContract: boolean, defaultSchema: string): readonly Finding[] {
  const linted = lintStatements(text, { phase: atContract ? "contract" : "expand" }).filter(
    ({ code }) => part !== "down" || strictCodes.has(code) || code === "SQL_SYNTAX",
  )
  const parses = linted.every(({ code }) => code !== "SQL_SYNTAX")
  const refused = parses ? refusals(text, part, atContract, defaultSchema) : []
  return [...linted, ...refused].map((finding) => ({ ...finding, subject: `sql.${part}: ${finding.subject}` }))
}

function refusals(text: string, part: Part, atContract: boolean, defaultSchema: string): readonly Finding[] {
  const { statements, transactional } = readRawScript(text)
  const found: Finding[] = []
  const refuse = (code: string, statement: Statement | undefined, message: string, hint: string): void => {
    const line = statement === undefined ? {} : { line: statement.line }
    const subject = statement === undefined ? "the script" : statement.kind.replace(/Stmt$/, "")
    found.push({ code, severity: "error", subject, message, hint, ...line })
  }
  if (statements.length === 0)
    refuse("SQL_EMPTY", undefined, "There is no statement in it", "Leave it out, or write one.")
  for (const statement of statements) {
    const { category, kind, relations } = statement
    if (category === "server" || category === "other" || (category === "maintenance" && !maintenance.has(kind)))
      refuse(
        "SQL_NOT_ALLOWED",
        statement,
        "A revision changes one database's schema, not the server",
        "Run it by hand.",
      )
    if (relations.some(({ schema }) => schema === "sluice"))
      refuse("SQL_NOT_ALLOWED", statement, "Schema sluice is Sluice's own", "`sluice uninstall` removes it.")
  }
  const alone = statements.find(({ risk }) => !risk.transactional)
  if (alone && atContract)
    refuse(
      "SQL_NOT_TRANSACTIONAL",
      alone,
      "Contract is one short transaction, in which this statement can't run",
      "Put it into up, or into a revision of its own.",
    )
  else if (!transactional && statements.length > 1)
    refuse(
      "SQL_MIXED_TRANSACTION",
      alone,
      "The statement can't run in a transaction, and the others need one",
      "Put it into a revision of its own; it then is undone by itself, too.",
    )
  else if (alone && part !== "down" && behaviourOf(alone, defaultSchema) === null)
    refuse(
      "SQL_NOT_ALLOWED",
      alone,
      "Sluice couldn't tell, after a crash, whether the statement has been done",
      "Give the index a name; of statements outside a transaction only concurrent index builds and drops, REINDEX of a relation, and VACUUM are known.",
    )
  return found
}
