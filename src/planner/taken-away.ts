import type { OldShape } from "../domain/old-shape.ts"
import type { Plan } from "../domain/plan.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { NameChange } from "../sql/column-names.ts"
import { contractNameChanges } from "./contract-names.ts"

/**
 * What applications lose with a plan's contract, as far as its statements tell.
 * A name that another column takes in the same contract isn't lost: in a statement's text the two look the same.
 */
export function takenAway(plan: Pick<Plan, "steps" | "relations" | "versions">): Pick<OldShape, "columns" | "schemas"> {
  const changes = contractNameChanges(plan)
  const relationsOf = ({ schema, table }: NameChange) =>
    schema === null ? plan.relations.filter(({ name }) => name === table) : [{ schema, name: table }]
  const names = (pick: (change: NameChange) => string | null): ReadonlyMap<string, ColumnName> =>
    new Map(
      changes.flatMap((change) => {
        const column = pick(change)
        if (column === null) return []
        return relationsOf(change).map((relation): [string, ColumnName] => {
          return [JSON.stringify([relation.schema, relation.name, column]), { relation, column }]
        })
      }),
    )
  const [gone, taken] = [names(({ from }) => from), names(({ to }) => to)]
  return {
    columns: [...gone].flatMap(([key, column]) => (taken.has(key) ? [] : [column])),
    schemas: plan.versions.ended.map(({ name }) => name),
  }
}
