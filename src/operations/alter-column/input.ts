import { z } from "zod"
import { checkSchema, referenceSchema } from "../column-definition.ts"
import { nameSchema, tableNameSchema } from "../table-name.ts"

export const alterColumnSchema = z.strictObject({
  table: tableNameSchema,
  column: nameSchema,
  type: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The new type. Needs `up` and `down`, and `versions: {schemas: true}` for the target in sluice.yaml: old and new applications see two columns by one name.",
    ),
  nullable: z.boolean().optional().describe("May it hold NULL?"),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe(
      "The new default, as SQL; null: none. It holds from contract on, or in the new version's view at once. Left out: the old one, also for another type if PostgreSQL casts it by itself.",
    ),
  comment: z.string().nullable().optional(),
  check: checkSchema.optional(),
  unique: z.strictObject({ name: nameSchema.describe("Name of the unique constraint.") }).optional(),
  references: referenceSchema.optional(),
  up: z
    .string()
    .min(1)
    .optional()
    .describe("SQL expression over the table before the change that computes the new value from the old one."),
  down: z
    .string()
    .min(1)
    .optional()
    .describe("SQL expression over the table after the change that computes the old value from the new one."),
})

export type AlterColumnInput = z.infer<typeof alterColumnSchema>
