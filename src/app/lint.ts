import { readFile } from "node:fs/promises"
import { basename, dirname, resolve } from "node:path"
import type { ProjectFolder } from "../config/folder.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { lintStatements } from "../lint/lint.ts"
import { findOperation } from "../operations/index.ts"
import { writtenFindings } from "../operations/written-findings.ts"
import { emptyRevisions } from "../revisions/empty.ts"
import { buildGraph } from "../revisions/graph.ts"
import { readRevisions } from "../revisions/read-folder.ts"
import type { Revision, RevisionFile } from "../revisions/revision.ts"
import { readYaml } from "../revisions/yaml-document.ts"
import { loadParser } from "../sql/parser.ts"
import { readRevisionFiles } from "./load-revisions.ts"

/**
 * Everything that can be said about revisions without a database. Without files: the whole folder and its graph; with
 * files: those alone, as a hook before a commit wants it.
 */
export async function lint(folder: ProjectFolder, cwd: string, files: readonly string[]): Promise<readonly Finding[]> {
  await loadParser()
  const texts =
    files.length === 0
      ? await readRevisionFiles(folder.migrations)
      : await Promise.all(files.map((file) => readGiven(resolve(cwd, file), file)))
  const { revisions, findings } = readRevisions(texts)
  // With a file unread, every revision after it would seem to miss its parent.
  const graph = files.length === 0 && findings.length === 0 ? buildGraph(revisions).findings : []
  return [
    ...findings,
    ...graph,
    ...emptyRevisions(revisions),
    ...lintSql(revisions),
    ...lintOperations(revisions),
    ...withoutViews(folder, revisions),
    ...lintExpressions(revisions, texts),
  ]
}

async function readGiven(path: string, shown: string): Promise<RevisionFile> {
  try {
    return { name: basename(path), text: await readFile(path, "utf8") }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable"
    throw new UserError({
      code: "FILE_NOT_FOUND",
      subject: shown,
      message: `${shown} can't be read (${why}) in ${dirname(path)}`,
    })
  }
}

/** The statements of `sql` operations, as a person wrote them: `onComplete` runs once the old shape is gone. */
function lintSql(revisions: readonly Revision[]): readonly Finding[] {
  return revisions.flatMap(({ file, operations }) =>
    operations
      .filter((operation) => operation.kind === "sql")
      .flatMap(({ input, lines }) => {
        const { up, onComplete } = input as { readonly up?: unknown; readonly onComplete?: unknown }
        return [
          ...(typeof up === "string"
            ? inFile(lintStatements(up, { file, phase: onComplete === true ? "contract" : "expand" }), lines?.up)
            : []),
          ...(typeof onComplete === "string"
            ? inFile(lintStatements(onComplete, { file, phase: "contract" }), lines?.onComplete)
            : []),
        ]
      }),
  )
}

/** What each operation has to say of itself. */
function lintOperations(revisions: readonly Revision[]): readonly Finding[] {
  return revisions.flatMap(({ file, operations }) =>
    operations.flatMap(({ kind, input, line }) =>
      (findOperation(kind)?.written?.(input) ?? []).map((finding) => ({
        ...finding,
        file,
        ...(line !== undefined && { line }),
      })),
    ),
  )
}

/** Of a change that wants version views, where sluice.yaml has them for no target. */
function withoutViews({ versionViews }: ProjectFolder, revisions: readonly Revision[]): readonly Finding[] {
  const targets = Object.keys(versionViews)
  if (targets.length === 0 || Object.values(versionViews).includes(true)) return []
  return revisions.flatMap(({ file, operations }) =>
    operations
      .filter(
        ({ kind, input }) => kind === "alter_column" && ["type", "up", "down"].some((key) => key in (input as object)),
      )
      .map(({ input, line }): Finding => ({
        code: "VERSION_VIEWS_REQUIRED",
        severity: "warning",
        subject: (input as { readonly column: string }).column,
        message:
          "Another type or value gives old and new applications two different columns by the same name, which takes version views",
        hint: `Set versions: {schemas: true} for ${targets.join(", ")} in sluice.yaml and have applications use the views, or add a column of another name.`,
        file,
        ...(line !== undefined && { line }),
      })),
  )
}

/** The expressions of all other operations: `up`, defaults, checks. */
function lintExpressions(revisions: readonly Revision[], files: readonly RevisionFile[]): readonly Finding[] {
  return revisions.flatMap(({ file, operations }) => {
    const text = files.find(({ name }) => name === file)?.text ?? ""
    return operations.flatMap(({ kind, input }, index) =>
      (findOperation(kind)?.expressions(input) ?? []).flatMap((written) =>
        writtenFindings(written).map((finding) => {
          const line = readYaml(file, text).line(["operations", index, kind, ...written.path])
          return { ...finding, file, line }
        }),
      ),
    )
  })
}

/** Lines of the SQL as lines of the file that it stands in, whose line `first` is the SQL's first. */
function inFile(findings: readonly Finding[], first = 1): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, ...(finding.line && { line: finding.line + first - 1 }) }))
}
