import type { Finding } from "../domain/finding.ts"
import { sqlstateOf } from "./map-error.ts"
import type { Session } from "./session.ts"

/** Something that Sluice writes into the target: what it is called, and everything in it. */
export interface Written {
  readonly subject: string
  readonly text: string
}

/**
 * Texts with a character that the database's encoding doesn't have. They are written into the target's journal, whose
 * step would fail long after the plan was agreed to. Outside of a transaction.
 */
export async function encodingFindings(session: Session, texts: readonly Written[]): Promise<readonly Finding[]> {
  const [row] = await session.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding")
  const encoding = row?.encoding ?? "UTF8"
  if (encoding === "UTF8") return []
  const findings: Finding[] = []
  for (const { subject, text } of texts) {
    if (await canHold(session, text)) continue
    findings.push({
      code: "CHARACTER_NOT_IN_ENCODING",
      severity: "error",
      subject,
      message: `the database is encoded in ${encoding}, which doesn't have a character of this revision's title or operations`,
      hint: "Write it without.",
    })
  }
  return findings
}

async function canHold(session: Session, text: string): Promise<boolean> {
  try {
    await session.query("SELECT length($1::text)", [text])
    return true
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    // untranslatable_character, character_not_in_repertoire
    if (sqlstate === "22P05" || sqlstate === "22021") return false
    throw error
  }
}
