import { expressionTree } from "./expression.ts"
import type { QualifiedName } from "./expression.ts"
import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** What is known of a column that an expression reads: `type` as format_type prints it. */
export interface KnownColumn {
  readonly type: string
  readonly notNull: boolean
}

export interface Known {
  /** Null: nothing is known of it. */
  readonly column: (name: string) => KnownColumn | null
  /** Whether a function gives NULL for NULL alone. */
  readonly isTotal: (name: QualifiedName) => boolean
}

/** Deeper than anybody writes by hand: of such a text nothing is promised. */
const deepest = 200

/** Types of whose casts and operators all is known: from one to another, NULL comes from NULL alone. jsonb is none. */
const plainTypes: ReadonlySet<string> = new Set(
  `smallint,integer,bigint,numeric,real,double precision,int2,int4,int8,float4,float8,text,character varying,varchar,
  boolean,bool,date,uuid,interval,timestamp,timestamptz,timestamp without time zone,timestamp with time zone`.split(
    /,\s*/,
  ),
)

/** To which types every value of a type can be cast. Lengths and precisions are another matter. */
const widerTypes: Readonly<Record<string, readonly string[]>> = {
  smallint: ["int2", "int4", "int8", "numeric", "float4", "float8"],
  integer: ["int4", "int8", "numeric", "float4", "float8"],
  bigint: ["int8", "numeric", "float4", "float8"],
  real: ["float4", "float8"],
  "double precision": ["float8"],
}

/** False only where it is certain that the expression gives a value for each row. */
export function mayBeNull(text: string, known: Known): boolean {
  return !isValue(expressionTree(text), known, 0)
}

/** The types that are cast to from values which such a cast may refuse. */
export function refusingCasts(text: string, { column }: Pick<Known, "column">): readonly QualifiedName[] {
  const harmless = new Set<unknown>()
  const found = new Map<string, QualifiedName>()
  walk(expressionTree(text), (kind, fields) => {
    if (kind === "TypeCast" && isHarmless(fields, column)) harmless.add(fields["typeName"])
    if ((kind !== "typeName" && kind !== "TypeName") || harmless.has(fields)) return
    const names = stringsOf(fields["names"])
    const type = { schema: names.at(-2) ?? null, name: names.at(-1) ?? "" }
    found.set(JSON.stringify(type), type)
  })
  return [...found.values()]
}

/** A wider type for a column's own; or a literal, which PostgreSQL has judged when the plan was made. */
function isHarmless(cast: Fields, column: Known["column"]): boolean {
  const target = builtInType(cast["typeName"])
  if (target === null) return false
  if (fieldsOf(cast["arg"], "A_Const")) return plainTypes.has(target.name)
  const name = columnName(cast["arg"])
  const from = name === null ? undefined : column(name)?.type
  return from !== undefined && !target.isLimited && widerTypes[from]?.includes(target.name) === true
}

function isValue(node: unknown, known: Known, depth: number): boolean {
  if (depth > deepest) return false
  const inner = (each: unknown): boolean => isValue(each, known, depth + 1)
  const [[kind, value] = ["", null]] = Object.entries((node ?? {}) as Fields)
  const fields = (value ?? {}) as Fields
  switch (kind) {
    case "A_Const":
      return fields["isnull"] !== true
    case "ColumnRef": {
      const name = columnName(node)
      return name !== null && known.column(name)?.notNull === true
    }
    case "CoalesceExpr":
      return listOf(fields["args"]).some(inner)
    case "MinMaxExpr":
    case "BoolExpr":
      return listOf(fields["args"]).every(inner)
    case "NullTest":
    case "BooleanTest":
      return true
    case "CollateClause":
      return inner(fields["arg"])
    case "CaseExpr": {
      const results = listOf(fields["args"]).map((when) => fieldsOf(when, "CaseWhen")?.["result"])
      return [...results, fields["defresult"]].every(inner)
    }
    case "TypeCast":
      return isPlain(node, known) && inner(fields["arg"])
    case "FuncCall": {
      const names = stringsOf(fields["funcname"])
      const isTotal = known.isTotal({ schema: names.at(-2) ?? null, name: names.at(-1) ?? "" })
      return isTotal && fields["func_variadic"] !== true && listOf(fields["args"]).every(inner)
    }
    case "SQLValueFunction":
      return /^SVFOP_(CURRENT_DATE|CURRENT_TIME|LOCALTIME)/.test(String(fields["op"]))
    case "A_Expr":
      return (
        isOperatorValue(node, fields, known) && inner(fields["rexpr"]) && (!fields["lexpr"] || inner(fields["lexpr"]))
      )
    default:
      return false
  }
}

/** Operators of the types that are known; with others (`->` of jsonb, `-` of a type of one's own) nothing is certain. */
function isOperatorValue(node: unknown, { kind, name }: Fields, known: Known): boolean {
  const sign = stringsOf(name).at(-1) ?? ""
  if (kind !== "AEXPR_OP") return false
  return isPlain(node, known) || !/^[-#]/.test(sign)
}

/** Whether all columns that are read, and all types that are cast to, are of those that are known. */
function isPlain(node: unknown, known: Known): boolean {
  let plain = true
  walk(node, (kind, fields) => {
    if (kind === "ColumnRef") {
      const name = columnName({ ColumnRef: fields })
      const type = name === null ? undefined : known.column(name)?.type
      if (type === undefined || !plainTypes.has(type.replace(/\s*\(.*\)/, ""))) plain = false
    }
    if (kind === "typeName" || kind === "TypeName") {
      const type = builtInType(fields)
      if (type === null || !plainTypes.has(type.name)) plain = false
    }
  })
  return plain
}

function builtInType(typeName: unknown): { readonly name: string; readonly isLimited: boolean } | null {
  const fields = (typeName ?? {}) as Fields
  const names = stringsOf(fields["names"])
  const schema = names.at(-2) ?? "pg_catalog"
  if (schema !== "pg_catalog" || listOf(fields["arrayBounds"]).length > 0) return null
  return { name: names.at(-1) ?? "", isLimited: listOf(fields["typmods"]).length > 0 }
}

function columnName(node: unknown): string | null {
  return stringsOf(fieldsOf(node, "ColumnRef")?.["fields"]).at(-1) ?? null
}
