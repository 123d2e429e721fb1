import { z } from "zod"
import { nameSchema, tableNameSchema } from "./table-name.ts"

/** A foreign key of one column, as pgroll writes it. */
export const referenceSchema = z.strictObject({
  name: nameSchema.describe("Name of the foreign key constraint."),
  table: tableNameSchema.describe("The table that it points to."),
  column: nameSchema.describe("The column that it points to; it must be a key."),
  on_delete: z.enum(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]).optional(),
  on_update: z.enum(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]).optional(),
  deferrable: z.boolean().optional(),
  initially_deferred: z.boolean().optional(),
})
export type ReferenceInput = z.infer<typeof referenceSchema>

/** A check of one column, as pgroll writes it. */
export const checkSchema = z.strictObject({
  name: nameSchema.describe("Name of the check constraint."),
  constraint: z.string().min(1).describe("The condition, as SQL over the table's columns."),
})
export type CheckInput = z.infer<typeof checkSchema>

export const generatedSchema = z.strictObject({
  expression: z.string().min(1).optional().describe("GENERATED ALWAYS AS (…) STORED."),
  identity: z
    .strictObject({ user_specified_values: z.enum(["ALWAYS", "BY DEFAULT"]).optional() })
    .optional()
    .describe("GENERATED … AS IDENTITY; ALWAYS unless said otherwise."),
})

/** A column in pgroll's shape. What isn't said is PostgreSQL's own, but for `nullable`, which is false as in pgroll. */
export const columnSchema = z.strictObject({
  name: nameSchema,
  type: z.string().min(1).describe("A type as PostgreSQL writes it: text, varchar(100), numeric(10,2), shop.mood."),
  nullable: z.boolean().optional().describe("May it hold NULL? Default false."),
  unique: z.boolean().optional(),
  pk: z.boolean().optional().describe("Part of the primary key."),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe("The default, as SQL: 'x' with its quotes, 0, now()."),
  comment: z.string().optional(),
  check: checkSchema.optional(),
  references: referenceSchema.optional(),
  generated: generatedSchema.optional(),
})
export type ColumnInput = z.infer<typeof columnSchema>

/** False unless said otherwise; a key is never nullable. */
export function isNullable(column: ColumnInput): boolean {
  return (column.nullable ?? false) && column.pk !== true
}

/**
 * The default as SQL text, or null where there is none. YAML reads `default: 0` as a number and `default: true` as a
 * boolean: both mean what they say. `DEFAULT NULL` is no default.
 */
export function defaultText(column: ColumnInput): string | null {
  const value = column.default
  if (value === undefined || value === null) return null
  const text = typeof value === "string" ? value : String(value)
  return /^\s*null\s*$/i.test(text) ? null : text
}
