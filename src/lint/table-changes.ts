import type { AlterTableCmd, AlterTableType, ColumnDef, Constraint, RangeVar } from "libpg-query"
import type { Statement } from "../sql/parser.ts"
import type { Script } from "./script.ts"

/** One subcommand of an ALTER TABLE on a table that lives already. */
export interface TableChange {
  readonly relation: RangeVar
  readonly command: AlterTableCmd
}

/** The subcommands of ALTER TABLE, of one type or of all. None where the script itself creates the table. */
export function tableChanges(statement: Statement, script: Script, type?: AlterTableType): readonly TableChange[] {
  if (!("AlterTableStmt" in statement.node)) return []
  const { relation, cmds } = statement.node.AlterTableStmt
  if (!relation || script.creates(relation)) return []
  return (cmds ?? []).flatMap((node) => {
    if (!("AlterTableCmd" in node)) return []
    const command = node.AlterTableCmd
    return type === undefined || command.subtype === type ? [{ relation, command }] : []
  })
}

export interface AddedColumn {
  readonly relation: RangeVar
  readonly column: ColumnDef
  readonly constraints: readonly Constraint[]
}

/** Columns that ALTER TABLE adds to a table that lives already. */
export function addedColumns(statement: Statement, script: Script): readonly AddedColumn[] {
  return tableChanges(statement, script, "AT_AddColumn").flatMap(({ relation, command }) => {
    if (!command.def || !("ColumnDef" in command.def)) return []
    const column = command.def.ColumnDef
    return [{ relation, column, constraints: constraintsOf(column) }]
  })
}

export function constraintsOf(column: ColumnDef): readonly Constraint[] {
  return (column.constraints ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : []))
}

export interface AddedConstraint {
  readonly relation: RangeVar
  readonly constraint: Constraint
}

/** Table constraints that ALTER TABLE adds to a table that lives already. */
export function addedConstraints(statement: Statement, script: Script): readonly AddedConstraint[] {
  return tableChanges(statement, script, "AT_AddConstraint").flatMap(({ relation, command }) =>
    command.def && "Constraint" in command.def ? [{ relation, constraint: command.def.Constraint }] : [],
  )
}

/** For a finding's subject: `users`, `users.email`. */
export function show(relation: RangeVar | undefined, part?: string): string {
  const names = [relation?.schemaname, relation?.relname, part]
  return names.filter((name) => name !== undefined).join(".")
}
