import type { Constraint, Index } from "../../catalog/model.ts"
import { rebindConstraint, rebindIndex } from "../../sql/rebind.ts"
import type { Renaming } from "../../sql/rebind.ts"
import type { Sql } from "../../sql/sql.ts"
import { copyName } from "./duplicate.ts"
import type { Duplicate } from "./duplicate.ts"

/** A constraint or index of the old column, once more for the second one. */
export interface Copy<Original> {
  readonly original: Original
  /** Its name until contract. */
  readonly name: string
  /** PostgreSQL's own words of the original, about the second column. */
  readonly definition: Sql
}

/** Checks and foreign keys in which the old column takes part. */
export function constraintCopies(duplicate: Duplicate): readonly Copy<Constraint>[] {
  const { table, column, extras, revision } = duplicate
  const old = table.constraints.filter(({ columns }) => columns.includes(column.name))
  return [...old, ...extras.constraints]
    .filter(({ kind }) => kind === "check" || kind === "foreign key")
    .map((original) => ({
      original,
      name: copyName(original.name, revision),
      definition: rebindConstraint(original.definition, toPhysical(duplicate)),
    }))
}

/** Every index that reads the old column, with the constraint that owns it where one does. */
export function indexCopies(duplicate: Duplicate): readonly (Copy<Index> & { readonly owner: Constraint | null })[] {
  const { table, column, extras, revision } = duplicate
  const old = table.indexes.filter(({ reads, valid }) => valid && reads.includes(column.name))
  const constraints = [...table.constraints, ...extras.constraints]
  return [...old, ...extras.indexes].map((original) => {
    const name = copyName(original.name, revision)
    const definition = rebindIndex(original.definition, name, toPhysical(duplicate))
    const owner = constraints.find((constraint) => constraint.name === original.constraint) ?? null
    return { original, name, definition, owner }
  })
}

/** The old column by its name before the plan, the second one by its name after it: both mean the second one here. */
function toPhysical({ column, physical, fresh }: Duplicate): Renaming {
  return (name) => (name === column.name || name === fresh.name ? physical : name)
}
