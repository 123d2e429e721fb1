import { UserError } from "../domain/errors.ts"
import { hasErrors, type Finding } from "../domain/finding.ts"
import type { Revision } from "../revisions/revision.ts"
import { shellWord } from "../domain/shell-word.ts"

/**
 * A target of which nothing is recorded (Sluice was uninstalled, or another tool made the tables) and that has already
 * what the revisions would make: each of them would then be found wanting for the same reason, which is said once.
 */
export function refuseWhereUnrecorded(
  findings: readonly Finding[],
  { target, revisions, recorded }: { target: string; revisions: readonly Revision[]; recorded: number },
): void {
  if (recorded > 0 || !hasErrors(findings)) return
  const there = findings.filter(({ code }) => code.endsWith("_EXISTS"))
  const last = revisions.findLast(({ file }) => there.some((finding) => finding.file === file))
  if (!last) return
  const subjects = there.map(({ subject }) => subject)
  const more = subjects.length > 3 ? `, and ${subjects.length - 3} more` : ""
  const finding = {
    code: "JOURNAL_EMPTY",
    severity: "error",
    subject: target,
    message: `${target} has no record of any applied revision, but what the revisions would make seems to be there already: ${subjects.slice(0, 3).join(", ")}${more}`,
    hint: `If ${last.id} and those before it are what made it, have them recorded: sluice stamp ${shellWord(last.id)} --target ${shellWord(target)}. Else give what they make other names.`,
  } as const
  // Of a lone revision its own mistakes are worth as much as this guess.
  throw new UserError(finding, { findings: revisions.length === 1 ? [finding, ...findings] : [finding] })
}
