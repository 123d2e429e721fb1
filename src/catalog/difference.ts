import { factsOf } from "./facts.ts"
import type { Fact } from "./facts.ts"
import type { Catalog } from "./model.ts"
import { sameDefinition } from "./same-definition.ts"

export interface DifferenceOptions {
  /** One of the two was worked out from what a person wrote: definitions that mean the same count as equal. */
  readonly meaning?: boolean
}

/**
 * How the tables of `right` differ from those of `left`, a line each: "column public.users.email: type text ->
 * character varying(10)". Objects of ours are left out. Empty: no difference.
 */
export function differenceOf(left: Catalog, right: Catalog, options: DifferenceOptions = {}): readonly string[] {
  const [before, after] = [byName(factsOf(left)), byName(factsOf(right))]
  const lines: string[] = []
  for (const [name, fact] of before) {
    const other = after.get(name)
    if (!after.has(nameOf({ ...fact, property: "" }))) {
      // Whole things are told once.
      if (fact.property === "" && !partOfAnother(fact, before, after)) lines.push(`${fact.subject}: is gone`)
    } else if (other && !isSame(fact, other, options)) lines.push(line(fact, other))
  }
  for (const fact of after.values())
    if (fact.property === "" && !before.has(nameOf(fact)) && !partOfAnother(fact, after, before))
      lines.push(`${fact.subject}: is new`)
  return lines.filter((text) => text !== "")
}

function line(left: Fact, right: Fact): string {
  return `${left.subject}: ${left.property} ${left.value} -> ${right.value}`
}

function isSame(left: Fact, right: Fact, options: DifferenceOptions): boolean {
  if (left.value === right.value) return true
  if (left.property === "order of columns") return !isReordered(left.value, right.value)
  if (options.meaning !== true || left.kind === "plain" || right.kind === "plain") return false
  return sameDefinition(left.kind, left.value, right.value)
}

/** New and missing columns have lines of their own; this one is for the same columns in another order. */
function isReordered(left: string, right: string): boolean {
  const [first, second] = [left.split(", "), right.split(", ")]
  const common = first.filter((column) => second.includes(column))
  return common.join() !== second.filter((column) => first.includes(column)).join()
}

/** A column of a table that is new or gone itself. */
function partOfAnother(fact: Fact, here: ReadonlyMap<string, Fact>, there: ReadonlyMap<string, Fact>): boolean {
  const owner = [...here.values()].find(
    (table) =>
      table.property === "" && table.subject.startsWith("table ") && isPart(fact.subject, table.subject.slice(6)),
  )
  return owner !== undefined && !there.has(nameOf(owner))
}

function isPart(subject: string, table: string): boolean {
  return subject.startsWith(`column ${table}.`) || subject.endsWith(` of ${table}`)
}

function byName(facts: readonly Fact[]): ReadonlyMap<string, Fact> {
  return new Map(facts.map((fact) => [nameOf(fact), fact]))
}

function nameOf({ subject, property }: Pick<Fact, "subject" | "property">): string {
  return `${subject}\0${property}`
}
