import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { byFileName, stemOf } from "./file-name.ts"
import { readRevisionFile, readSqlRevision } from "./read-revision.ts"
import type { LoneRevision } from "./read-revision.ts"
import type { Revision, RevisionFile } from "./revision.ts"

/**
 * Reads the migrations folder: pairs up SQL files, and gives a revision without `parents:` the one before it by file
 * name. Mistakes are findings, so that all files' are seen at once. Files that are no revisions are passed over, with
 * a warning where one looks as if it were meant to be one.
 */
export function readRevisions(files: readonly RevisionFile[]): {
  readonly revisions: readonly Revision[]
  readonly findings: readonly Finding[]
} {
  const findings: Finding[] = []
  const read: LoneRevision[] = []
  const sorted = files.filter(({ name }) => stemOf(name) !== null).toSorted((a, b) => byFileName(a.name, b.name))
  const named = new Map(sorted.map((file) => [file.name, file]))
  for (const { name } of files)
    if (stemOf(name) === null && /\.(sql|json|ya?ml)$/i.test(name)) findings.push(passedOver(name))
  for (const file of sorted) {
    try {
      const revision = readOne(file, named)
      if (revision) read.push(revision)
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      findings.push(...error.findings)
    }
  }
  const revisions = read.map(({ parentsGiven, ...revision }, index): Revision => {
    const before = read[index - 1]
    return parentsGiven || !before ? revision : { ...revision, parents: [before.id] }
  })
  return { revisions, findings }
}

function readOne(file: RevisionFile, named: ReadonlyMap<string, RevisionFile>): LoneRevision | null {
  const stem = stemOf(file.name) ?? file.name
  if (file.name.endsWith(".up.sql"))
    return readSqlRevision(file.name, file.text, named.get(`${stem}.down.sql`)?.text ?? null)
  // A .down.sql is read with its .up.sql; alone, it is read as what it isn't, for the error.
  if (file.name.endsWith(".down.sql"))
    return named.has(`${stem}.up.sql`) ? null : readRevisionFile(file.name, file.text)
  return readRevisionFile(file.name, file.text)
}

function passedOver(name: string): Finding {
  return {
    code: "NOT_A_REVISION",
    severity: "warning",
    subject: name,
    file: name,
    message: "The file is passed over: a revision is NAME.yaml, or NAME.up.sql with NAME.down.sql",
    hint: "Rename it, or move it out of the migrations folder.",
  }
}
