import { z } from "zod"
import { operations } from "../operations/index.ts"

/** One change of the migrations folder, read and checked: the same whether it came from YAML or from SQL. */
export interface Revision {
  readonly id: string
  /** Several: a merge. None: a root. */
  readonly parents: readonly string[]
  readonly title: string
  /** `input` has passed the operation's own schema. */
  readonly operations: readonly RevisionOperation[]
  /** sha256 of the content as given: comments and formatting of YAML don't count, of SQL every character does. */
  readonly contentHash: string
  /** The file's name; of a pair the `.up.sql`. */
  readonly file: string
}

export interface RevisionOperation {
  readonly kind: string
  readonly input: unknown
  /** The line of the file on which it begins. Absent where it was read before lines were kept. */
  readonly line?: number
  /** Of an operation in SQL: the lines of the file on which `up` and `onComplete` begin. */
  readonly lines?: { readonly up: number; readonly onComplete: number }
}

/** A file of the migrations folder. */
export interface RevisionFile {
  /** Without folders. */
  readonly name: string
  readonly text: string
}

const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, "must be letters, digits, _ . - (100 at most), a letter or digit first")

const head = {
  id: idSchema.optional().describe("The revision's name. Default: the file's name without its ending."),
  parents: z
    .union([idSchema, z.array(idSchema)])
    .optional()
    .describe("The revisions that come before it; several make a merge. Default: the file before it by name."),
  title: z.string().min(1).max(200).optional().describe("One line for people. Default: made from the id."),
}

/** The outer shape; each operation is then judged by its own schema, for errors that say where. */
export const outerSchema = z.strictObject({
  ...head,
  operations: z.array(z.record(z.string(), z.unknown())),
})

/** The whole of a revision file as one schema: what the published JSON Schema is generated from. */
export function revisionSchema(): z.ZodType {
  const kinds = operations.map(({ kind, summary, input }) => z.strictObject({ [kind]: input }).describe(summary))
  return z
    .strictObject({
      ...head,
      operations: z.array(z.union(kinds)).describe("The operations; together they form one change."),
    })
    .describe("A revision of Sluice: one change of a PostgreSQL schema.")
}
