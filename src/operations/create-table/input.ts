import { z } from "zod"
import { columnSchema } from "../column-definition.ts"
import { nameSchema, tableNameSchema } from "../table-name.ts"

const action = z.enum(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]).optional()
const columns = z.array(nameSchema).min(1)
const deferral = { deferrable: z.boolean().optional(), initially_deferred: z.boolean().optional() }

/** A constraint over several columns, as pgroll writes it. */
export const tableConstraintSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("primary_key"), name: nameSchema, columns, ...deferral }),
  z.strictObject({ type: z.literal("unique"), name: nameSchema, columns, ...deferral }),
  z.strictObject({ type: z.literal("check"), name: nameSchema, check: z.string().min(1) }),
  z.strictObject({
    type: z.literal("foreign_key"),
    name: nameSchema,
    columns,
    references: z.strictObject({ table: tableNameSchema, columns, on_delete: action, on_update: action }),
    ...deferral,
  }),
])
export type TableConstraintInput = z.infer<typeof tableConstraintSchema>

export const createTableSchema = z.strictObject({
  name: tableNameSchema,
  columns: z.array(columnSchema).min(1),
  constraints: z.array(tableConstraintSchema).optional(),
  comment: z.string().optional(),
})
export type CreateTableInput = z.infer<typeof createTableSchema>
