import type { Table, Trigger } from "./model.ts"

/** Begins the names of columns and constraints of ours in a person's table: markers, hidden columns, interim checks. */
const ownPrefix = "_sluice"
/** Begins the names of our triggers. */
const ownTriggerPrefix = "~sluice_"

/** The table as it is without what a run of ours keeps in it, hidden columns with their indexes among it: that comes and goes and is no part of its shape. */
export function withoutOurs(table: Table): Table {
  const isOwnName = (name: string): boolean => name.startsWith(ownPrefix)
  const isOwn = ({ name }: { readonly name: string }): boolean => isOwnName(name)
  return {
    ...table,
    columns: table.columns.filter((column) => !isOwn(column)),
    constraints: table.constraints.filter((constraint) => !isOwn(constraint)),
    indexes: table.indexes.filter((index) => !isOwn(index) && !index.reads.some(isOwnName)),
    triggers: table.triggers.filter(({ name }) => !name.startsWith(ownTriggerPrefix)),
  }
}

/** Whether it is a trigger of the application, and one that fires. */
export function firesForApplications({ name, enabled }: Trigger): boolean {
  return enabled !== "disabled" && !name.startsWith(ownTriggerPrefix)
}
