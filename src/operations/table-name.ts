import { z } from "zod"
import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { reservedPrefix, longestName, nameLength } from "./names.ts"
import type { OperationContext } from "./operation.ts"

/** A name as PostgreSQL takes it: at most 63 bytes, no NUL. Reserved names are for findings to tell, not for here. */
export const nameSchema = z
  .string()
  .min(1)
  .refine((name) => !name.includes("\0"), "a name can't hold a NUL character")
  .refine((name) => nameLength(name) <= longestName, `a name has at most ${longestName} bytes`)

/** `users`, or `{schema: shop, name: users}`. A dot in a plain name is a part of the name. */
export const tableNameSchema = z.union([nameSchema, z.strictObject({ schema: nameSchema, name: nameSchema })])
export type TableNameInput = z.infer<typeof tableNameSchema>

/** The relation that is meant: without a schema, in the target's first one. */
export function resolveTable(input: TableNameInput, context: Pick<OperationContext, "defaultSchema">): RelationName {
  return typeof input === "string" ? { schema: context.defaultSchema, name: input } : { ...input }
}

/** The table as it was written, for where no target says what its schema is: for messages, and by its own name. */
export function writtenName(input: TableNameInput): { readonly display: string; readonly name: string } {
  return typeof input === "string" ? { display: input, name: input } : { display: displayName(input), name: input.name }
}

/** The table's place in step ids: its name, with its schema where that isn't the default one. */
export function stepScope(relation: RelationName, context: Pick<OperationContext, "defaultSchema">): string {
  return relation.schema === context.defaultSchema ? relation.name : `${relation.schema}.${relation.name}`
}

/** Whether a name is one that only Sluice gives. */
export function isReserved(name: string): boolean {
  return name.startsWith(reservedPrefix)
}
