import { UserError } from "../domain/errors.ts"
import type { ColumnReference, QualifiedName } from "./expression.ts"
import { refusedFunction } from "./known-functions.ts"
import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** A column reference with the byte at which it stands, and how many dotted parts it has. */
export interface LocatedReference extends ColumnReference {
  readonly location: number
  readonly parts: number
}

/** Kinds of nodes that an expression may hold. A kind that isn't here is refused, whatever a later grammar adds. */
const allowedKinds: ReadonlySet<string> = new Set(
  `A_ArrayExpr A_Const A_Expr A_Indices A_Indirection BitString BoolExpr Boolean BooleanTest CaseExpr CaseWhen
  CoalesceExpr CollateClause ColumnRef Float FuncCall Integer JsonArgument JsonArrayConstructor JsonBehavior JsonFormat
  JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning JsonScalarExpr
  JsonSerializeExpr JsonValueExpr List MinMaxExpr NamedArgExpr NullTest ResTarget RowExpr SQLValueFunction String
  TypeCast TypeName XmlExpr XmlSerialize`.split(/\s+/),
)

/** What to call a refused kind. */
const refusedKinds: Readonly<Record<string, string>> = {
  SubLink: "a subquery",
  SelectStmt: "a subquery",
  ParamRef: "a parameter ($1)",
  A_Star: "a star (*)",
  SetToDefault: "DEFAULT",
  GroupingFunc: "GROUPING",
}

/** PostgreSQL's hidden columns: their values say nothing lasting about a row. */
const systemColumns: ReadonlySet<string> = new Set(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"])

/** The functions behind the keywords, as they stand in pg_proc, so that their volatility can be looked up. */
const keywordFunctions: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_ROLE: "current_user",
  SVFOP_CURRENT_USER: "current_user",
  SVFOP_USER: "current_user",
  SVFOP_SESSION_USER: "session_user",
  SVFOP_CURRENT_CATALOG: "current_database",
  SVFOP_CURRENT_SCHEMA: "current_schema",
}

/** What an expression refers to. Throws UserError EXPRESSION_NOT_ALLOWED for what a value expression can't hold. */
export function inspectExpression(node: unknown): {
  readonly references: readonly LocatedReference[]
  readonly functions: readonly QualifiedName[]
  readonly types: readonly QualifiedName[]
} {
  const references: LocatedReference[] = []
  const functions: QualifiedName[] = []
  const types: QualifiedName[] = []
  walk(node, (kind, fields) => {
    if (/^[A-Z]/.test(kind) && !allowedKinds.has(kind)) throw refused(refusedKinds[kind] ?? `the construct ${kind}`)
    if (kind === "ColumnRef") references.push(columnOf(fields))
    else if (kind === "FuncCall") functions.push(functionOf(fields))
    else if (kind === "SQLValueFunction")
      functions.push({ schema: "pg_catalog", name: keywordFunctions[String(fields["op"])] ?? "now" })
    else if (kind === "typeName" || kind === "TypeName") types.push(nameOf(stringsOf(fields["names"])))
    else if (kind === "XmlExpr") refuseUnnamedXml(fields)
  })
  return { references, functions, types }
}

function columnOf(fields: Fields): LocatedReference {
  const list = listOf(fields["fields"])
  const names = stringsOf(list)
  if (names.length < list.length) throw refused("a star (*)")
  if (names.length > 3) throw refused("a name with more than three parts")
  const column = names.at(-1) ?? ""
  if (systemColumns.has(column)) throw refused(`the system column ${column}`)
  const location = Number(fields["location"] ?? 0)
  return { column, table: names.at(-2) ?? null, schema: names.at(-3) ?? null, location, parts: names.length }
}

function functionOf(fields: Fields): QualifiedName {
  if (fields["over"]) throw refused("a window function")
  const aggregate = ["agg_star", "agg_distinct", "agg_order", "agg_filter", "agg_within_group"]
  if (aggregate.some((key) => fields[key])) throw refused("an aggregate")
  const name = nameOf(stringsOf(fields["funcname"]))
  const what = refusedFunction(name)
  if (what !== null) throw refused(what)
  return name
}

function nameOf(names: readonly string[]): QualifiedName {
  return { schema: names.at(-2) ?? null, name: names.at(-1) ?? "" }
}

/** XMLFOREST(a) takes the element's name from the column's: with another column in its place it would change. */
function refuseUnnamedXml(fields: Fields): void {
  const unnamed = listOf(fields["named_args"]).some((item) => fieldsOf(item, "ResTarget")?.["name"] === undefined)
  if (unnamed) throw refused("an XML element or attribute without AS name")
}

function refused(what: string): UserError {
  return new UserError({
    code: "EXPRESSION_NOT_ALLOWED",
    subject: "expression",
    message: `An expression may not contain ${what}`,
    hint: "Write one value expression over the columns of the row; move a lookup into a function and call that.",
  })
}
