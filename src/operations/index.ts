import { addColumn } from "./add-column.ts"
import { alterColumn } from "./alter-column.ts"
import { createConstraint } from "./create-constraint.ts"
import { createIndex } from "./create-index.ts"
import { createTable } from "./create-table.ts"
import { dropColumn } from "./drop-column.ts"
import type { Operation } from "./operation.ts"
import { renameColumn } from "./rename-column.ts"
import { sqlOperation } from "./sql.ts"

/** Every operation that a revision may hold. A new one is a file beside this one and a line here. */
export const operations: readonly Operation<unknown>[] = [
  createTable,
  addColumn,
  alterColumn,
  renameColumn,
  dropColumn,
  createIndex,
  createConstraint,
  sqlOperation,
]

export function findOperation(kind: string): Operation<unknown> | undefined {
  return operations.find((operation) => operation.kind === kind)
}
