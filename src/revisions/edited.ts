import type { Finding } from "../domain/finding.ts"
import type { Revision } from "./revision.ts"

/** What a target keeps of a revision that is applied there. */
export interface AppliedContent {
  readonly id: string
  readonly contentHash: string
}

/**
 * Revisions whose file says something else than what was applied, or stamped. Where nobody notices, each new database
 * gets another shape than those that exist. Comments and formatting of YAML don't count.
 */
export function editedSince(revisions: readonly Revision[], applied: readonly AppliedContent[]): readonly Revision[] {
  const hashes = new Map(applied.map(({ id, contentHash }) => [id, contentHash]))
  return revisions.filter(({ id, contentHash }) => (hashes.get(id) ?? contentHash) !== contentHash)
}

export function editedFindings(
  revisions: readonly Revision[],
  applied: readonly AppliedContent[],
  target: string,
): readonly Finding[] {
  return editedSince(revisions, applied).map(({ id, file }) => ({
    code: "REVISION_EDITED",
    severity: "warning",
    subject: id,
    message: `${id} was edited after it was applied in ${target}: what its file says now is not what is there`,
    hint: "Put the file back as it was, and write what is to change as a new revision: sluice new TITLE.",
    file,
  }))
}
