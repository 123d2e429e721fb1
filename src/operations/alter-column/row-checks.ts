import type { Catalog } from "../../catalog/model.ts"
import type { DataCheck, ExpressionCheck } from "../../domain/plan.ts"
import { bindColumns } from "../../sql/parser.ts"
import { ident, sql, trusted } from "../../sql/sql.ts"
import { dataChecksOf, expressionChecksOf } from "../add-column/data-checks.ts"
import type { PlanContext } from "../operation.ts"
import { columnAfter } from "../shape-after.ts"
import type { AlterColumn } from "./resolved.ts"

/** Rows that the column can't hold in its new shape, each listed by its key. */
export function rowChecks(alter: AlterColumn, catalog: Catalog, context: PlanContext): readonly DataCheck[] {
  const { asAdded, column, table, duplicate } = alter
  // That no row holds NULL is known where the column doesn't allow it, unless another value is computed.
  const nullable = asAdded.nullable || (duplicate === null && column.notNull)
  const own = dataChecksOf({ ...asAdded, nullable }, catalog, context)
  if (!duplicate) return own
  // What the table has promised about the old value holds for the new one too.
  const inherited = table.constraints
    .filter(({ kind, columns }) => kind === "check" && columns.includes(column.name))
    .flatMap(({ name, definition }) =>
      dataChecksOf(
        {
          ...asAdded,
          nullable: true,
          column: {
            name: column.name,
            type: asAdded.column.type,
            check: { name, constraint: conditionOf(definition) },
          },
        },
        catalog,
        context,
      ),
    )
    .filter(({ code }) => code === "CHECK_VIOLATED")
  return [...own, ...inherited]
}

/** `CHECK ((a > 0)) NOT VALID` → `((a > 0))`. */
function conditionOf(definition: string): string {
  return definition.replace(/^CHECK /, "").replace(/(?: NO INHERIT)?(?: NOT VALID)?$/, "")
}

/** What PostgreSQL itself has to accept. */
export function expressionChecks(alter: AlterColumn, context: PlanContext): readonly ExpressionCheck[] {
  const { relation, column, fresh, asAdded, duplicate, subject } = alter
  const checks = [...expressionChecksOf({ ...asAdded, fill: duplicate ? duplicate.up : null })]
  if (duplicate)
    checks.push({
      relation,
      subject: `${subject}: down`,
      expression: bindColumns(duplicate.down, columnAfter(relation, context)),
      type: column.type,
    })
  const isNamed = fresh.default !== column.default
  if (fresh.default !== null && (isNamed || fresh.type !== column.type))
    checks.push({
      relation,
      subject: `${subject}: default`,
      expression: bindColumns(fresh.default, ident),
      type: sql`${trusted(fresh.type)}`,
      default: isNamed ? "named" : "kept",
    })
  return checks
}
