import { beforeAll, expect, onTestFinished, test } from "vitest"
import { bindColumns, loadParser, parseExpression } from "../../src/sql/parser.ts"
import { ident, sql } from "../../src/sql/sql.ts"
import { createDatabase } from "../harness/database.ts"

beforeAll(loadParser)

/** Columns with hostile names; each row of the table has other values. */
const names = [
  "a",
  "Name",
  'Weird ""Name.x',
  "select",
  "lower",
  "é",
  "😀",
  "--",
  "/*",
  "'",
  "$$",
  "x".repeat(63),
  "a b",
  "\\d",
].map((name) => name.replaceAll('""', '"'))
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Terms of type text in which `%` stands for a column, and around it lie traps for whoever replaces text. */
const terms = [
  "%",
  "t . %",
  "public . t . /* a */ %",
  "'a' || %",
  "% || ' -- a' || %",
  "lower(%)",
  'lower ( "lower" ) || %',
  "coalesce(nullif(%, %), 'é''a')",
  "CASE % WHEN % THEN 'a' ELSE % END",
  "$$ a \" ' -- $$ || %",
  "$x$ a $$ $x$ || %",
  "U&'\\0061' || %",
  "U&\"!0061\" UESCAPE '!' || %",
  'u&"t"."a" || %',
  "(ARRAY[%, %, 'a'])[1 + length(a) % 2]",
  "E'\\'a\\'' || %",
  "'\\d' || %",
  "% -- a ' \"\n || %",
  "/* a /* nested ' */ */ % || /**/ %",
  "concat_ws(',', %, %, A)",
  '% COLLATE "C"',
  "overlay(% placing % from 1 for 2)",
  "trim(both from %)",
  "(%::text)::varchar(5)",
  "cast(% as text)",
  "substring(% from 1 for 2)",
  "concat(VARIADIC ARRAY[%, 'a'])",
  "to_jsonb(%) ->> 0",
  "format('%s', %)",
]

/** A small generator with a seed, so that a failing case can be found again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

test("a bound expression says the same as the one that it came from, on PostgreSQL itself", async () => {
  const columns = names.map((name) => `${quoted(name)} text`).join(", ")
  const values = names.map((_, index) => `'v${index}${index % 3 === 0 ? "é" : ""}' || n`).join(", ")
  const database = await createDatabase({
    schema: `CREATE TABLE t (${columns}); INSERT INTO t SELECT ${values} FROM generate_series(1, 5) n`,
  })
  onTestFinished(() => database.drop())
  const random = numbers(42)
  const pick = <T>(list: readonly T[]): T => list[random.next().value % list.length] as T
  const expressions = Array.from({ length: 400 }, () => {
    const parts = Array.from({ length: 1 + (random.next().value % 3) }, () =>
      // A doubled %% is format's own; in `% 2` it is the operator.
      pick(terms).replaceAll(/%(?!s'| 2)/g, () => quoted(pick(names))),
    )
    return parts.map((part) => `(${part}\n)`).join(" || ")
  })
  for (const expression of expressions) {
    const renamed = bindColumns(expression, (column) => sql`r.${ident(`_${names.indexOf(column)}`)}`)
    const aliases = names.map((_, index) => ident(`_${index}`)).join(", ")
    const [row] = await database.query<{ same: boolean }>(
      `SELECT bool_and(e IS NOT DISTINCT FROM b) AS same
       FROM (SELECT row_number() OVER () AS n, (${expression}
       ) AS e FROM t) x JOIN (SELECT row_number() OVER () AS n, (${renamed}) AS b FROM t AS r (${aliases})) y USING (n)`,
    )
    expect(row?.same, expression).toBe(true)
    // The accepted text stands safely in parentheses on one line with what follows.
    await database.query(`SELECT (${parseExpression(expression).text}) IS NULL AND false FROM t`)
  }
})

test("strings with backslashes mean the same in a session of old settings", async () => {
  const database = await createDatabase({ schema: "CREATE TABLE t (a text); INSERT INTO t VALUES ('7')" })
  onTestFinished(() => database.drop())
  const text = parseExpression(String.raw`a ~ '^\d$' AND '\' <> a`).text
  for (const setting of ["on", "off"]) {
    const rows = await database.query(
      `SET standard_conforming_strings = ${setting}; SET escape_string_warning = off; CREATE TABLE r_${setting} AS SELECT (${text}) AS yes FROM t;`,
    )
    expect(rows).toBeDefined()
    expect(await database.query(`SELECT yes FROM r_${setting}`)).toEqual([{ yes: true }])
  }
})
