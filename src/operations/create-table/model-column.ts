import type { Column } from "../../catalog/model.ts"
import type { ColumnInput } from "../column-definition.ts"

/** As much of a column as names and expressions need to be judged. */
export function modelOf({ name, generated }: ColumnInput): Column {
  const expression = generated?.expression ?? null
  return {
    name,
    type: "",
    notNull: false,
    default: null,
    identity: null,
    generated: expression,
    collation: null,
    comment: null,
  }
}
