import { z } from "zod"
import { nameSchema, tableNameSchema } from "../table-name.ts"

const action = z.enum(["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]).optional()
const columns = z.array(nameSchema).min(1)
const deferral = { deferrable: z.boolean().optional(), initially_deferred: z.boolean().optional() }
const values = z.record(nameSchema, z.string().min(1)).optional()

const head = {
  table: tableNameSchema,
  name: nameSchema.describe("Name of the constraint."),
}
/** pgroll's files always have both. */
const mending = {
  up: values.describe("Not supported yet, unless each column stays what it is: {email: email}."),
  down: values,
}
const indexParameters = {
  index_parameters: z
    .strictObject({
      include_columns: columns.optional().describe("Columns that its index keeps beside the key."),
      storage_parameters: z.string().min(1).optional(),
    })
    .optional(),
}

/** A constraint of a table that exists, as pgroll writes it. */
export const createConstraintSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("check"),
    ...head,
    check: z.string().min(1).describe("The condition, as SQL over the table's columns."),
    columns: columns.optional().describe("The condition's columns; may be left out."),
    no_inherit: z.boolean().optional(),
    ...mending,
  }),
  z.strictObject({
    type: z.literal("unique"),
    ...head,
    columns,
    nulls_not_distinct: z.boolean().optional().describe("NULL is equal to NULL."),
    ...indexParameters,
    ...deferral,
    ...mending,
  }),
  z.strictObject({ type: z.literal("primary_key"), ...head, columns, ...indexParameters, ...deferral, ...mending }),
  z.strictObject({
    type: z.literal("foreign_key"),
    ...head,
    columns,
    references: z.strictObject({
      table: tableNameSchema,
      columns: columns.describe("They must be a key."),
      on_delete: action,
      on_update: action,
      on_delete_set_columns: columns.optional().describe("Those that SET NULL or SET DEFAULT sets; default all."),
      match_type: z.enum(["SIMPLE", "FULL"]).optional().describe("FULL: all columns are NULL, or none."),
    }),
    ...deferral,
    ...mending,
  }),
])
export type CreateConstraintInput = z.infer<typeof createConstraintSchema>
export type CheckInput = Extract<CreateConstraintInput, { type: "check" }>
export type KeyInput = Extract<CreateConstraintInput, { type: "unique" | "primary_key" }>
export type ForeignKeyInput = Extract<CreateConstraintInput, { type: "foreign_key" }>
