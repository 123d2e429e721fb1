import type { Severity } from "../domain/finding.ts"
import type { Statement } from "../sql/parser.ts"
import type { Script } from "./script.ts"

/** One thing that is known to go wrong with SQL on a live database. One file per rule, one list of them. */
export interface Rule {
  /** As squawk calls it where squawk has it: `ban-drop-column`. The finding's code is the same in capitals. */
  readonly name: string
  /** `error`: would fail requests, lose writes, rewrite a table or hold a strong lock for long. Else `warning`. */
  readonly severity: Severity
  /** What happens. One or two sentences. */
  readonly problem: string
  /** What to do instead. */
  readonly instead: string
  /** Scripts of which the rule finds the first and passes the second. */
  readonly example: { readonly bad: string; readonly good: string }
  /** True where it does no harm once the old shape is gone (dropping a column): then only a warning. */
  readonly fineAtContract?: boolean
  /** True where it is no matter at all once the old shape is gone. */
  readonly silentAtContract?: boolean
  /** True where no comment may silence it: Sluice could not keep its own promises. */
  readonly strict?: boolean
  /** What the finding is about (`users.email`), one per place; none where the statement is fine. */
  find(statement: Statement, script: Script): readonly string[]
}

/** `ban-drop-column` → `BAN_DROP_COLUMN` */
export function codeOf(rule: Rule): string {
  return rule.name.toUpperCase().replaceAll("-", "_")
}
