import { z } from "zod"
import { columnSchema } from "../column-definition.ts"
import { tableNameSchema } from "../table-name.ts"

export const addColumnSchema = z.strictObject({
  table: tableNameSchema,
  column: columnSchema,
  up: z
    .string()
    .min(1)
    .optional()
    .describe("SQL expression over the table's columns that computes the value of old rows."),
})

export type AddColumnInput = z.infer<typeof addColumnSchema>
