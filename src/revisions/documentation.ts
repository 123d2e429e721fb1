import { z } from "zod"
import { errorCodes } from "../domain/error-codes.ts"
import { codeOf } from "../lint/rule.ts"
import type { Rule } from "../lint/rule.ts"
import { rules } from "../lint/rules/index.ts"
import { operations } from "../operations/index.ts"
import type { Operation } from "../operations/operation.ts"
import { revisionSchema } from "./revision.ts"

type JsonSchema = z.core.JSONSchema.BaseSchema

/** What the generated references are made from. */
export interface Documentation {
  readonly operations: readonly Operation<unknown>[]
  readonly rules: readonly Rule[]
  readonly codeOf: (rule: Rule) => string
  readonly errorCodes: Readonly<Record<string, string>>
  /** The published JSON Schema of a revision file. */
  readonly revisionSchema: JsonSchema
  readonly inputSchemaOf: (input: z.ZodType) => JsonSchema
}

/** Everything of the language that its references show, from the code's own fields. */
export function renderInput(): Documentation {
  return {
    operations,
    rules,
    codeOf,
    errorCodes,
    revisionSchema: { ...jsonSchemaOf(revisionSchema()), title: "Sluice revision" },
    inputSchemaOf: jsonSchemaOf,
  }
}

/** As a person writes it: defaults may be left out. What zod checks by code alone stays unsaid. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
}
