import { canonicalJson } from "../domain/canonical.ts"
import { displayName, type ColumnName } from "../domain/relation.ts"
import { findTable, type Catalog, type Column, type Constraint, type Index, type Table } from "./model.ts"
import { partitionsOf } from "./partitions.ts"

/** A column, and whether another shape computes it from now on: what is given to it by itself then comes to nothing. */
export type LeavingColumn = ColumnName & { readonly computed: boolean }

/**
 * What stood on the columns in the first catalog and is gone, or something else, in the second, in words; in the columns'
 * tables and in their partitions. What came to stand there since isn't told, nor what a column that nothing computes goes
 * on having by itself: type, default and NOT NULL.
 */
export function changedOnColumns(was: Catalog, is: Catalog, columns: readonly LeavingColumn[]): readonly string[] {
  const told = columns.flatMap(({ relation, column, computed }) => {
    const table = findTable(was, relation)
    const hosts = table ? [table, ...partitionsOf(table, was)] : []
    return hosts.flatMap((before) => {
      const after = findTable(is, before)
      return after ? changedOn(before, after, column, computed) : []
    })
  })
  return [...new Set(told)]
}

function changedOn(before: Table, after: Table, name: string, computed: boolean): readonly string[] {
  const [was, is] = [before, after].map(({ columns }) => columns.find((column) => column.name === name))
  if (!was || !is) return []
  const where = `${displayName(before)}.${name}`
  const constraints = before.constraints.filter(({ kind, columns }) => kind !== "not null" && columns.includes(name))
  const indexes = before.indexes.filter(({ constraint, reads }) => constraint === null && reads.includes(name))
  return [
    ...(computed ? changedColumn(where, was, is) : []),
    ...constraints.flatMap((constraint) => changedPart("constraint", constraint, after.constraints)),
    ...indexes.flatMap((index) => changedPart("index", index, after.indexes)),
    ...after.indexes.filter((index) => identifiesSince(index, before) && index.reads.includes(name)).map(saysIdentity),
  ]
}

function changedColumn(where: string, was: Column, is: Column): readonly string[] {
  const words = ({ default: text }: Column): string => (text === null ? "none" : text)
  return [
    ...(was.type === is.type ? [] : [`${where} was ${was.type} and is ${is.type}`]),
    ...(was.default === is.default ? [] : [`the default of ${where} was ${words(was)} and is ${words(is)}`]),
    ...(was.notNull && !is.notNull ? [`${where} was NOT NULL`] : []),
    ...(canonicalJson([was.identity, was.generated]) === canonicalJson([is.identity, is.generated])
      ? []
      : [`${where} is computed in another way`]),
  ]
}

function changedPart(what: string, was: Constraint | Index, now: readonly (Constraint | Index)[]): readonly string[] {
  const is = now.find(({ name }) => name === was.name)
  if (!is) return [`${what} ${was.name} is gone: ${said(was)}`]
  return said(is) === said(was) ? [] : [`${what} ${was.name} was ${said(was)} and is ${said(is)}`]
}

function identifiesSince({ name, identifies }: Index, { indexes }: Table): boolean {
  return identifies === true && indexes.find((was) => was.name === name)?.identifies !== true
}

function saysIdentity({ name }: Index): string {
  return `replication tells rows apart by index ${name}, which goes with the column (ALTER TABLE … REPLICA IDENTITY)`
}

/** That somebody has validated it since changes nothing of what it says. */
function said({ definition }: Constraint | Index): string {
  return definition.replace(/ NOT VALID$/, "")
}
