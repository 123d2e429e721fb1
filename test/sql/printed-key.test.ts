import { beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { printedKey, printedReference } from "../../src/sql/printed-key.ts"

beforeAll(loadParser)

const all = { condition: null, nullsNotDistinct: false }

test.each([
  ["(name)", ["name"], { ...all, values: ['"name"'] }],
  [
    '("Größe" DESC, lower(name)) INCLUDE (id)',
    ["Größe", "lower(name)"],
    { ...all, values: ['"Größe"', "lower(name)"] },
  ],
  // A column may be called what an expression is.
  ['("lower(name)", id)', ["lower(name)", "id"], { ...all, values: ['"lower(name)"', '"id"'] }],
  [
    `(a COLLATE "C", ((b || ' WHERE ('::text)) COLLATE public."own" text_pattern_ops)`,
    ["a", "(b || ' WHERE ('::text)"],
    { ...all, values: ['"a" COLLATE "C"', `(b || ' WHERE ('::text) COLLATE "public"."own"`] },
  ],
  [
    "(name) NULLS NOT DISTINCT WITH (fillfactor='70') WHERE ((state = 'Größe'::text) AND live)",
    ["name"],
    { values: ['"name"'], nullsNotDistinct: true, condition: "((state = 'Größe'::text) AND live)" },
  ],
  ['("where") WHERE live', ["where"], { ...all, values: ['"where"'], condition: "live" }],
])("what a unique index tells rows apart by: %s", (rest, columns, expected) => {
  expect(printedKey(`CREATE UNIQUE INDEX i ON public."Größen" USING btree ${rest}`, columns)).toEqual(expected)
})

test.each(["btree (name public.own_ops)", "btree (pair record_image_ops)", "gist (name)"])(
  "one of another equality than the type's isn't read: %s",
  (rest) => {
    expect(printedKey(`CREATE UNIQUE INDEX i ON public.t USING ${rest}`, ["name"])).toBeNull()
  },
)

test.each([
  ["FOREIGN KEY (a) REFERENCES public.other(id)", { columns: ["id"], full: false }],
  [
    'FOREIGN KEY (a, b) REFERENCES other("Größe", id) MATCH FULL ON DELETE SET NULL DEFERRABLE NOT VALID',
    { columns: ["Größe", "id"], full: true },
  ],
  ["FOREIGN KEY (a, PERIOD b) REFERENCES other(id, PERIOD during)", null],
])("what a foreign key points to: %s", (definition, expected) => {
  expect(printedReference(definition)).toEqual(expected)
})
