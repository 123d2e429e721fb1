import type { OldShape } from "../domain/old-shape.ts"
import { combined, isKnown, sourceOf, originIn, outputsOf } from "./column-origin.ts"
import type { Origin, Source } from "./column-origin.ts"
import { fieldsOf, listOf, stringOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** Where a name is looked up: what FROM offers, the innermost query first, and the queries of WITH. */
interface Frame {
  readonly scopes: readonly (readonly Source[])[]
  readonly queries: ReadonlyMap<string, Origin>
}

const nowhere: Origin = () => null

/** Reads one query as PostgreSQL looks its names up, and notices where one of them leads to the old shape. */
export class OldShapeReader {
  readonly #shape: OldShape
  #found = false

  constructor(shape: OldShape) {
    this.#shape = shape
  }

  reads(query: unknown): boolean {
    this.#visit(query, { scopes: [], queries: new Map() })
    return this.#found
  }

  /** Any part of a query: an expression, a list, a query within. */
  #visit(value: unknown, frame: Frame): void {
    if (value === null || typeof value !== "object") return
    if (Array.isArray(value)) {
      for (const item of value) this.#visit(item, frame)
      return
    }
    for (const [kind, member] of Object.entries(value)) {
      const fields = (member ?? {}) as Fields
      if (isQuery(kind)) this.#query(value, frame)
      else if (kind === "ColumnRef") this.#mention(namesOf(fields), frame)
      // Its name is what the column is called from there on.
      else if (kind === "ResTarget") this.#visit([fields["val"], fields["indirection"]], frame)
      else {
        if (kind === "A_Indirection") this.#mention(fieldOfRow(fields), frame)
        this.#visit(member, frame)
      }
    }
  }

  /** One query with a scope of its own. Answers where the columns that it gives come from. */
  #query(node: unknown, outer: Frame): Origin {
    const [kind, fields] = Object.entries(node as Fields)[0] as [string, Fields]
    const frame = this.#with(fields["withClause"] as Fields | undefined, outer)
    if (kind === "SelectStmt") return this.#select(fields, frame)
    if (kind === "InsertStmt") return this.#insert(fields, frame)
    return this.#change(fields, frame)
  }

  #with(clause: Fields | undefined, frame: Frame): Frame {
    if (!clause) return frame
    const queries = new Map(frame.queries)
    for (const each of listOf(clause["ctes"])) {
      const { ctename, ctequery, aliascolnames } = fieldsOf(each, "CommonTableExpr") ?? {}
      const name = String(ctename)
      const renamed = stringsOf(aliascolnames)
      if (clause["recursive"] === true) queries.set(name, (column) => (renamed.includes(column) ? "other" : null))
      const given = this.#query(ctequery, { ...frame, queries })
      queries.set(name, (column) => (renamed.includes(column) ? "other" : given(column)))
    }
    return { ...frame, queries }
  }

  #select(fields: Fields, frame: Frame): Origin {
    if (fields["larg"] !== undefined) {
      const left = this.#query({ SelectStmt: fields["larg"] }, frame)
      this.#query({ SelectStmt: fields["rarg"] }, frame)
      // The order of a UNION goes by the columns that it gives.
      return left
    }
    const sources = this.#from(fields["fromClause"], frame)
    const inner = within(frame, sources)
    const { sortClause, groupClause, distinctClause, fromClause: _, withClause: __, ...rest } = fields
    this.#visit(rest, inner)
    const named = new Set(listOf(fields["targetList"]).map((target) => fieldsOf(target, "ResTarget")?.["name"]))
    for (const item of [sortClause, groupClause, distinctClause].flatMap(listOf)) {
      const column = bareName(fieldsOf(item, "SortBy")?.["node"] ?? item)
      // A name that the query gives itself comes first in ORDER BY, and may be meant in the others.
      if (column === null || !named.has(column)) this.#visit(item, inner)
    }
    return outputsOf(fields["targetList"], sources)
  }

  #insert(fields: Fields, frame: Frame): Origin {
    const table = this.#relation(fields["relation"] as Fields, frame)
    this.#targets(fields["cols"], table, frame)
    this.#visit(fields["selectStmt"], frame)
    const conflict = fields["onConflictClause"] as Fields | undefined
    if (conflict) {
      const inner = within(frame, [table, { ...table, name: "excluded", relation: null }])
      const { infer, targetList, whereClause } = conflict
      this.#targets(targetList, table, inner)
      this.#visit(whereClause, inner)
      const { indexElems, whereClause: predicate } = (infer ?? {}) as Fields
      for (const element of listOf(indexElems)) {
        const { name, expr } = fieldsOf(element, "IndexElem") ?? {}
        if (typeof name === "string") this.#target(name, table)
        this.#visit(expr, inner)
      }
      this.#visit(predicate, inner)
    }
    return this.#returning(fields, [table], table, frame)
  }

  /** UPDATE, DELETE and MERGE: a table, and what it is joined with. */
  #change(fields: Fields, frame: Frame): Origin {
    const table = this.#relation(fields["relation"] as Fields, frame)
    const joined = [fields["fromClause"], fields["usingClause"], fields["sourceRelation"]]
    const sources = [table, ...this.#from(joined.flatMap(itemsOf), within(frame, [table]))]
    const inner = within(frame, sources)
    this.#targets(fields["targetList"], table, inner)
    this.#visit([fields["whereClause"], fields["joinCondition"]], inner)
    for (const each of listOf(fields["mergeWhenClauses"])) {
      const { targetList, condition, values } = fieldsOf(each, "MergeWhenClause") ?? {}
      this.#targets(targetList, table, inner)
      this.#visit([condition, values], inner)
    }
    return this.#returning(fields, sources, table, frame)
  }

  #returning(fields: Fields, sources: readonly Source[], table: Source, frame: Frame): Origin {
    const clause = fields["returningClause"] as Fields | undefined
    if (!clause) return nowhere
    const given = listOf(clause["options"]).map((option) => fieldsOf(option, "ReturningOption")?.["value"])
    const rows = ["old", "new", ...given].map((name) => ({ ...table, name: String(name), relation: null }))
    this.#visit(clause["exprs"], within(frame, [...sources, ...rows]))
    return outputsOf(clause["exprs"], sources)
  }

  /** The columns that a statement writes, and the values that it writes into them. */
  #targets(targets: unknown, table: Source, frame: Frame): void {
    for (const target of listOf(targets)) {
      const { name, val, indirection } = fieldsOf(target, "ResTarget") ?? {}
      if (typeof name === "string") this.#target(name, table)
      this.#visit([val, indirection], frame)
    }
  }

  #target(column: string, table: Source): void {
    if (table.origin(column) === "old") this.#found = true
  }

  /** What FROM offers. A function and a LATERAL query see what stands before them. */
  #from(items: unknown, frame: Frame): readonly Source[] {
    const sources: Source[] = []
    for (const item of listOf(items)) sources.push(...this.#item(item, within(frame, sources), frame))
    return sources
  }

  #item(item: unknown, beside: Frame, frame: Frame): readonly Source[] {
    const [kind, fields] = Object.entries(item as Fields)[0] as [string, Fields]
    const alias = (fields["alias"] ?? null) as Fields | null
    switch (kind) {
      case "RangeVar":
        return [this.#relation(fields, frame)]
      case "RangeTableSample":
        this.#visit(fields["args"], beside)
        return this.#item(fields["relation"], beside, frame)
      case "RangeSubselect":
        return [sourceOf(alias, this.#query(fields["subquery"], fields["lateral"] === true ? beside : frame))]
      case "JoinExpr":
        return this.#join(fields, alias, beside, frame)
      default:
        // A function, XMLTABLE, JSON_TABLE: its columns are its own.
        this.#visit(fields, beside)
        return [sourceOf(alias, ownColumns(fields, alias), true)]
    }
  }

  #join(
    { larg, rarg, quals, usingClause }: Fields,
    alias: Fields | null,
    beside: Frame,
    frame: Frame,
  ): readonly Source[] {
    const left = this.#item(larg, beside, frame)
    const sources = [...left, ...this.#item(rarg, within(beside, left), frame)]
    this.#visit(quals, within(beside, sources))
    for (const column of stringsOf(usingClause))
      if (sources.some(({ origin }) => origin(column) === "old")) this.#found = true
    const isOpen = sources.some((source) => source.isOpen)
    return alias === null ? sources : [sourceOf(alias, combined(sources), isOpen)]
  }

  #relation(range: Fields, { queries }: Frame): Source {
    const { schemaname, relname, alias } = range
    const schema = typeof schemaname === "string" ? schemaname : null
    const name = String(relname)
    if (schema !== null && this.#shape.schemas.includes(schema)) this.#found = true
    const query = schema === null ? queries.get(name) : undefined
    const origin = query ?? originIn(this.#shape, { schema, name })
    const isOpen = !query && !isKnown(this.#shape, { schema, name })
    if (alias) return sourceOf(alias as Fields, origin, isOpen)
    return { name, relation: query ? null : { schema, name }, origin, isOpen }
  }

  /** A column as it was written: `name`, `p.name`, `public.people.name`. The nearest query that knows it decides. */
  #mention(names: readonly string[], { scopes }: Frame): void {
    const column = names.at(-1)
    if (column === undefined) return
    const [table, schema] = [names.at(-2) ?? null, names.at(-3) ?? null]
    for (const sources of scopes) {
      const meant = table === null ? sources : sources.filter((source) => isNamed(source, table, schema))
      const origin = combined(meant)(column)
      if (origin === "old") this.#found = true
      // What isn't known to have it may have it all the same, and then no outer query's table is meant.
      if (origin !== null || (table !== null ? meant.length > 0 : sources.some(({ isOpen }) => isOpen))) return
    }
  }
}

function isQuery(kind: string): boolean {
  return ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(kind)
}

function within(frame: Frame, sources: readonly Source[]): Frame {
  return { ...frame, scopes: [sources, ...frame.scopes] }
}

function isNamed({ name, relation }: Source, table: string, schema: string | null): boolean {
  if (name !== table) return false
  return schema === null || (relation !== null && (relation.schema ?? schema) === schema)
}

/** A list, or one item. */
function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

/** The parts of a reference's name; none where it is a whole row. */
function namesOf({ fields }: Fields): readonly string[] {
  const names = listOf(fields).map(stringOf)
  return names.every((name) => name !== null) ? names : []
}

/** `(p).name` is another way to write `p.name`. */
function fieldOfRow({ arg, indirection }: Fields): readonly string[] {
  const row = fieldsOf(arg, "ColumnRef")
  const [field] = listOf(indirection).map(stringOf)
  return row && typeof field === "string" ? [...namesOf(row), field] : []
}

function bareName(node: unknown): string | null {
  const reference = fieldsOf(node, "ColumnRef")
  const names = reference ? namesOf(reference) : []
  return names.length === 1 ? (names[0] ?? null) : null
}

/** What a function in FROM calls its columns itself; one without such a list calls its only one as the alias says. */
function ownColumns(fields: Fields, alias: Fields | null): Origin {
  const own = new Set<unknown>([alias?.["aliasname"]])
  walk(fields, (kind, { colname, name }) => {
    if (kind === "ColumnDef" || kind === "RangeTableFuncCol") own.add(colname)
    if (kind === "JsonTableColumn") own.add(name)
  })
  return (column) => (own.has(column) ? "other" : null)
}
