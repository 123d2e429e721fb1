import { UserError } from "../domain/errors.ts"
import { SqlSyntaxError, parseTree } from "./engine.ts"
import { printedName } from "./printed-name.ts"
import { trusted } from "./sql.ts"
import type { Sql } from "./sql.ts"
import { fieldsOf, listOf, stringsOf } from "./tree.ts"

/** A type as a person wrote it, in PostgreSQL's own spelling. */
export interface ParsedType {
  /** As `format_type` prints it with `search_path` pinned to pg_catalog. Safe to be written into SQL. */
  readonly name: Sql
  /** True for the types of pg_catalog; the others are only known once PostgreSQL has been asked. */
  readonly builtIn: boolean
  /** `serial` and its like: the integer type that they stand for is `name`. */
  readonly serial: boolean
}

/** Internal names that `format_type` prints in the standard's words. */
const standardNames: Readonly<Record<string, string>> = {
  bool: "boolean",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  varchar: "character varying",
  varbit: "bit varying",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  time: "time without time zone",
  timetz: "time with time zone",
  char: '"char"',
  serial: "integer",
  serial4: "integer",
  bigserial: "bigint",
  serial8: "bigint",
  smallserial: "smallint",
  serial2: "smallint",
}

const otherBuiltIn: ReadonlySet<string> = new Set(
  `bit box bpchar bytea cidr circle date datemultirange daterange inet int4multirange int4range int8multirange
  int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric nummultirange numrange oid path
  pg_lsn pg_snapshot point polygon refcursor regclass regcollation regconfig regdictionary regnamespace regoper
  regoperator regproc regprocedure regrole regtype text tid tsmultirange tsquery tsrange tstzmultirange tstzrange
  tsvector txid_snapshot uuid xid xid8 xml`.split(/\s+/),
)

const prefix = "SELECT NULL::"

/**
 * Reads a type's name with PostgreSQL's own grammar. A name without schema that is no built-in type is looked for in
 * `defaultSchema`. Throws UserError TYPE_SYNTAX.
 */
export function parseTypeName(text: string, defaultSchema: string): ParsedType {
  const typeName = accept(text)
  const names = stringsOf(typeName["names"])
  if (names.length > 2) throw refused(text, "it has more than two parts")
  if (typeName["setof"] === true || typeName["pct_type"] === true) throw refused(text, "it is no type of a column")
  const name = names.at(-1) ?? ""
  const inCatalog = names.length === 1 || names[0] === "pg_catalog"
  const builtIn = inCatalog && (name in standardNames || otherBuiltIn.has(name))
  if (names[0] === "pg_catalog" && names.length > 1 && !builtIn) throw refused(text, "pg_catalog has no such type")
  const modifiers = listOf(typeName["typmods"]).map((node) => modifierOf(node, text))
  // However many dimensions were written, and of what size: PostgreSQL remembers just that it is an array.
  const array = listOf(typeName["arrayBounds"]).length > 0 ? "[]" : ""
  const own = `${printedName(names.length > 1 ? (names[0] ?? "") : defaultSchema)}.${printedName(name)}`
  const printed = builtIn ? builtInName(name, modifiers, text) : own + list(modifiers)
  // Put together from printed names, the list above and integers.
  return { name: trusted(printed + array), builtIn, serial: builtIn && /serial/.test(name) }
}

function builtInName(name: string, modifiers: readonly number[], text: string): string {
  if (modifiers.length === 0) return name === "bit" ? '"bit"' : (standardNames[name] ?? name)
  if (name === "bpchar") return `character${list(modifiers)}`
  if (name === "numeric") return `numeric${list(modifiers.length === 1 ? [...modifiers, 0] : modifiers)}`
  if (name === "interval") {
    // The first modifier is the mask of fields; 0x7FFF: all of them.
    if (modifiers[0] !== 0x7fff) throw refused(text, "an interval of certain fields is not supported")
    return `interval${list(modifiers.slice(1))}`
  }
  const [first, ...rest] = (standardNames[name] ?? name).split(" ")
  if (name.startsWith("time")) return [`${first}${list(modifiers)}`, ...rest].join(" ")
  return (standardNames[name] ?? name) + list(modifiers)
}

function list(modifiers: readonly number[]): string {
  return modifiers.length > 0 ? `(${modifiers.join(",")})` : ""
}

function modifierOf(node: unknown, text: string): number {
  const constant = fieldsOf(node, "A_Const")
  const value = constant?.["ival"]
  if (value === null || typeof value !== "object") throw refused(text, "its modifiers must be integers")
  const integer: unknown = "ival" in value ? value.ival : 0
  return typeof integer === "number" ? integer : 0
}

function accept(text: string): Readonly<Record<string, unknown>> {
  try {
    const statements = parseTree(prefix + text)
    const node = statements.length === 1 ? statements[0]?.node : undefined
    const select = fieldsOf(node, "SelectStmt")
    const others = Object.keys(select ?? {}).filter((key) => !["targetList", "limitOption", "op"].includes(key))
    const targets = listOf(select?.["targetList"])
    const target = fieldsOf(targets[0], "ResTarget")
    const cast = fieldsOf(target?.["val"], "TypeCast")
    const typeName = cast?.["typeName"]
    const plain = targets.length === 1 && others.length === 0 && target?.["name"] === undefined
    if (!plain || !fieldsOf(cast?.["arg"], "A_Const") || typeName === null || typeof typeName !== "object")
      throw refused(text, "it is not one type's name")
    return typeName as Readonly<Record<string, unknown>>
  } catch (error) {
    if (error instanceof SqlSyntaxError) throw refused(text, error.message)
    throw error
  }
}

function refused(text: string, reason: string): UserError {
  return new UserError({
    code: "TYPE_SYNTAX",
    subject: text,
    message: `Not a type that a column can have: ${reason}`,
    hint: "Write it as PostgreSQL does: text, varchar(100), numeric(10,2), timestamptz, or my_schema.my_type.",
  })
}

/**
 * The type to cast an expression to before it is *assigned* to a column of type `type`. An explicit cast to
 * `varchar(10)` cuts in silence where an assignment fails, so the length is left to the assignment.
 */
export function assignmentType(type: Sql): Sql {
  // Rewritten within what `format_type` prints.
  return trusted(
    type
      .replace(/^character varying\(\d+\)/, "character varying")
      .replace(/^character\(\d+\)/, "bpchar")
      .replace(/^bit varying\(\d+\)/, "bit varying")
      .replace(/^bit\(\d+\)/, 'pg_catalog."bit"'),
  )
}
