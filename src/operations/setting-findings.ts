import type { Finding } from "../domain/finding.ts"
import { warning } from "./table-findings.ts"

const code = "DEPENDS_ON_SETTING"

/** Which configuration is meant, only the person knows; an application's own would go on to differ after contract. */
export function textSearchDepends(subject: string): Finding {
  return warning(
    code,
    subject,
    "The value depends on default_text_search_config, which is each session's own: rows that applications write may come out otherwise than those that are filled, and verify only sees that every row is filled",
    "Name the configuration: to_tsvector('english', name).",
  )
}

/** Pinned, so that all compute the same; but a currency without decimals reads another amount. */
export function moneyDepends(subject: string): Finding {
  return warning(
    code,
    subject,
    "The value depends on lc_monetary: until contract it is computed with C, which has two decimals and $",
    "Where the database's lc_monetary has other decimals or prints amounts otherwise, use numeric in place of money.",
  )
}
