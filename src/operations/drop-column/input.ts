import { z } from "zod"
import { nameSchema, tableNameSchema } from "../table-name.ts"

export const dropColumnSchema = z.strictObject({
  table: tableNameSchema,
  column: nameSchema,
  down: z
    .string()
    .min(1)
    .optional()
    .describe(
      "SQL expression over the table's columns after the change that computes the column for applications that still read it.",
    ),
})

export type DropColumnInput = z.infer<typeof dropColumnSchema>
