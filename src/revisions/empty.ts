import type { Finding } from "../domain/finding.ts"
import type { Revision } from "./revision.ts"

/** Only a merge has nothing to do of its own. */
export function emptyRevisions(revisions: readonly Revision[]): readonly Finding[] {
  return revisions
    .filter(({ operations, parents }) => operations.length === 0 && parents.length < 2)
    .map(({ file, id }) => ({
      code: "EMPTY_REVISION",
      severity: "warning",
      subject: id,
      message: "The revision has no operations, so that it changes nothing",
      hint: "Write its operations, or remove the file.",
      file,
      line: 1,
    }))
}
