import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { notNullSteps } from "../constraints/not-null-steps.ts"
import { constraintFromIndexStep, indexCopyStep } from "../constraints/index-copy-steps.ts"
import { validatedSteps } from "../constraints/validated-steps.ts"
import { trusted } from "../../sql/sql.ts"
import { constraintCopies, indexCopies } from "./copies.ts"
import { shownName, type Duplicate } from "./duplicate.ts"

/** What the second column has to promise before it can take the first one's place, once every row is filled; and its rights. */
export function copySteps(duplicate: Duplicate): readonly SqlStep[] {
  const { table, physical, fresh, scope } = duplicate
  const at = `backfill/${scope}`
  const relation = { schema: table.schema, name: table.name }
  const required = fresh.notNull
    ? notNullSteps(relation, physical, "backfill", `${at}/not-null-${fresh.name}`, shownName(duplicate))
    : []
  const constraints = constraintCopies(duplicate).flatMap(({ original, name, definition }) =>
    validatedSteps(
      {
        relation,
        name,
        kind: original.kind === "check" ? "check" : "foreign key",
        definition: trusted(definition.replace(/ NOT VALID$/, "")),
        target: original.references,
      },
      "backfill",
      `${at}/copy-${original.name}`,
    ),
  )
  const indexes = indexCopies(duplicate).flatMap(({ original, name, definition, owner }) => [
    indexCopyStep({ relation, name, definition, unique: original.unique }, "backfill", `${at}/copy-${original.name}`),
    ...(owner?.kind === "unique"
      ? [
          constraintFromIndexStep(
            { relation, name, definition: owner.definition },
            "backfill",
            `${at}/copy-${original.name}`,
          ),
        ]
      : []),
  ])
  return [...required, ...constraints, ...indexes]
}

/** `public.users.email` as it is after the plan. */
export function subjectOf({ table, fresh }: Duplicate): string {
  return `${displayName(table)}.${fresh.name}`
}
