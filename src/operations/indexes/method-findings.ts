import type { Finding } from "../../domain/finding.ts"
import { keyWords } from "./concurrent-step.ts"
import type { IndexElement, IndexSpec } from "./spec.ts"
import { refusal } from "../table-findings.ts"

/** PostgreSQL's own limit (INDEX_MAX_KEYS), for key and included columns together. */
const mostColumns = 32

const withInclude: ReadonlySet<string> = new Set(["btree", "gist", "spgist"])
const withSeveralColumns: ReadonlySet<string> = new Set(["btree", "gist", "gin", "brin"])

/** What the index's method can't do. */
export function methodFindings(index: IndexSpec, subject: string): readonly Finding[] {
  const { method, unique, elements, include, nullsNotDistinct } = index
  const problems: string[] = []
  const hint = method === "btree" ? "Leave it out." : "Leave it out, or use btree."
  if (unique && method !== "btree") problems.push(`A ${method} index can't be unique`)
  if (nullsNotDistinct && !unique) problems.push("Only a unique index can say that NULL equals NULL")
  if (include.length > 0 && !withInclude.has(method)) problems.push(`A ${method} index can't include columns`)
  if (elements.length > 1 && !withSeveralColumns.has(method))
    problems.push(`A ${method} index has one column, not ${keyWords(index)}`)
  if (method !== "btree" && elements.some(isOrdered)) problems.push(`A ${method} index has no order`)
  const count = elements.length + include.length
  const tooMany = count > mostColumns ? [`An index has at most ${mostColumns} columns, not ${count}`] : []
  return [
    ...problems.map((message) => refusal("INDEX_METHOD", subject, message, hint)),
    ...tooMany.map((message) => refusal("LIMIT_EXCEEDED", subject, message, "Leave some out.")),
  ]
}

function isOrdered({ descending, nullsFirst }: IndexElement): boolean {
  return descending || nullsFirst
}
