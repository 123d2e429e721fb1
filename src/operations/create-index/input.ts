import { z } from "zod"
import { nameSchema, tableNameSchema } from "../table-name.ts"

const settings = {
  collate: z
    .union([nameSchema, z.strictObject({ schema: nameSchema, name: nameSchema })])
    .optional()
    .describe("A collation by its name, where it isn't one of PostgreSQL's own with its schema."),
  opclass: z
    .strictObject({
      schema: nameSchema.optional().describe("Where it isn't one of PostgreSQL's own."),
      name: nameSchema,
      params: z.array(z.string().min(1)).optional().describe("siglen=32"),
    })
    .optional()
    .describe("An operator class, where the type's default isn't wanted."),
  sort: z.enum(["ASC", "DESC", "asc", "desc"]).optional(),
  nulls: z.enum(["FIRST", "LAST", "first", "last"]).optional(),
}

const elementSchema = z.union([
  nameSchema,
  z.strictObject({ column: nameSchema, ...settings }),
  z.strictObject({ expression: z.string().min(1).describe("SQL over the table's columns."), ...settings }),
])
type ElementInput = z.infer<typeof elementSchema>
export type ListedElement = Exclude<ElementInput, string>
type Settings = Omit<Extract<ListedElement, { column: string }>, "column">

/** A list, or a map from columns to their settings, in the order in which they are written. */
export type ElementsInput = readonly ElementInput[] | Readonly<Record<string, Settings | null>>

/** JavaScript puts such keys of a map first, whatever the order in which they were written. */
const numberedKey = /^(?:0|[1-9]\d*)$/

const columnsSchema = z
  .union([
    z.array(elementSchema).min(1),
    z
      .record(nameSchema, z.strictObject(settings).nullable())
      .refine((map) => Object.keys(map).length > 0, "at least one column")
      .refine(
        (map) => Object.keys(map).length === 1 || !Object.keys(map).some((key) => numberedKey.test(key)),
        "columns whose names are numbers lose their order in a map: write them as a list",
      ),
  ])
  .describe("Columns in their order: a list of names, of {column, …} and {expression, …}; or a map as pgroll has it.")
  // The order is kept in a list, because members of a JSON object have none.
  .transform((given): ElementsInput => listOfElements(given))

export const createIndexSchema = z.strictObject({
  table: tableNameSchema,
  name: nameSchema.describe("Name of the index. It lives in the table's schema."),
  columns: columnsSchema,
  unique: z.boolean().optional(),
  method: z.enum(["btree", "hash", "gist", "spgist", "gin", "brin"]).optional().describe("Default btree."),
  predicate: z.string().min(1).optional().describe("SQL condition: only such rows are in the index."),
  include: z.array(nameSchema).min(1).optional().describe("Columns that are kept in the index beside its key."),
  nulls_not_distinct: z.boolean().optional().describe("In a unique index NULL is equal to NULL."),
  storage_parameters: z.string().min(1).optional().describe("fillfactor = 70, deduplicate_items = off"),
})
export type CreateIndexInput = z.infer<typeof createIndexSchema>

/** The elements with their settings, however they were written. */
export function listOfElements(given: ElementsInput): readonly ListedElement[] {
  if (isList(given)) return given.map((element) => (typeof element === "string" ? { column: element } : element))
  return Object.entries(given).map(([column, settings]) => ({ column, ...settings }))
}

function isList(given: ElementsInput): given is readonly ElementInput[] {
  return Array.isArray(given)
}
