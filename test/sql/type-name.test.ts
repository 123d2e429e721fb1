import { beforeAll, describe, expect, test } from "vitest"
import { UserError } from "../../src/domain/errors.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { trusted } from "../../src/sql/sql.ts"
import { assignmentType, parseTypeName } from "../../src/sql/type-name.ts"

beforeAll(loadParser)

describe("a type is known by PostgreSQL's own spelling, so that plan and catalog can be compared", () => {
  test.each([
    ["int", "integer"],
    ["varchar(10)", "character varying(10)"],
    ["timestamp(3) with time zone", "timestamp(3) with time zone"],
    ["timestamptz", "timestamp with time zone"],
    ["time(2)", "time(2) without time zone"],
    ["double precision", "double precision"],
    ["float(20)", "real"],
    ["char(5)", "character(5)"],
    ["character", "character(1)"],
    ["bpchar", "bpchar"],
    ["bool", "boolean"],
    ["int[3][]", "integer[]"],
    ["numeric(10)", "numeric(10,0)"],
    ["decimal(10, 2)[]", "numeric(10,2)[]"],
    ["interval", "interval"],
    ["interval(3)", "interval(3)"],
    ["bit", "bit(1)"],
    ["bit varying(3)", "bit varying(3)"],
    ['"char"', '"char"'],
    ["JSONB", "jsonb"],
    ["bigserial", "bigint"],
  ])("%s is %s", (text, name) => {
    expect(parseTypeName(text, "app")).toMatchObject({ name, builtIn: true })
  })

  test.each([
    ["mood", "app.mood"],
    ["public.mood", "public.mood"],
    ['"Weird ""x"', 'app."Weird ""x"'],
    ["public.vector(3)", "public.vector(3)"],
    ["app.user", 'app."user"'],
  ])("%s is looked for as %s", (text, name) => {
    expect(parseTypeName(text, "app")).toMatchObject({ name, builtIn: false })
  })
})

test.each([
  "",
  "int, 1",
  "int; DROP TABLE x",
  'text COLLATE "C"',
  "int FROM t",
  "setof int",
  "t.c%TYPE",
  "int + 1",
  "a.b.c",
])("%s is refused as a type", (text) => {
  expect(() => parseTypeName(text, "app")).toThrow(UserError)
})

test("a length is left to the assignment, because a cast would cut in silence", () => {
  expect(assignmentType(trusted("character varying(10)"))).toBe("character varying")
  expect(assignmentType(trusted("character(5)[]"))).toBe("bpchar[]")
  expect(assignmentType(trusted("numeric(10,2)"))).toBe("numeric(10,2)")
})
