import { z } from "zod"
import { nameSchema, tableNameSchema } from "../table-name.ts"

export const renameColumnSchema = z.strictObject({
  table: tableNameSchema,
  from: nameSchema.describe("The column's name before the change."),
  to: nameSchema.describe("Its name after it."),
})

export type RenameColumnInput = z.infer<typeof renameColumnSchema>
