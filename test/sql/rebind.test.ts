import { beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { rebindConstraint, rebindIndex } from "../../src/sql/rebind.ts"

beforeAll(loadParser)

const toNew = (column: string): string => (column === "id" ? 'new "id' : column)

test.each([
  ["CHECK ((id > 0))", 'CHECK (("new ""id" > 0))'],
  // "id" inside other names and strings stays as it is.
  ["CHECK (((valid_id > id) AND (kind <> 'id'::text)))", `CHECK (((valid_id > "new ""id") AND (kind <> 'id'::text)))`],
  ["UNIQUE (tenant, id) INCLUDE (id)", 'UNIQUE (tenant, "new ""id") INCLUDE ("new ""id")'],
  [
    "FOREIGN KEY (id) REFERENCES other(id) ON DELETE CASCADE",
    'FOREIGN KEY ("new ""id") REFERENCES other(id) ON DELETE CASCADE',
  ],
  ['UNIQUE ("Größe", id)', 'UNIQUE ("Größe", "new ""id")'],
])("a constraint about another column: %s", (definition, expected) => {
  expect(rebindConstraint(definition, toNew)).toBe(expected)
})

test.each([
  [
    "CREATE INDEX i ON public.id USING btree (b, id DESC NULLS LAST)",
    'CREATE INDEX "copy" ON public.id USING btree (b, "new ""id" DESC NULLS LAST)',
  ],
  [
    "CREATE UNIQUE INDEX i ON public.t USING btree (a) INCLUDE (c, id)",
    'CREATE UNIQUE INDEX "copy" ON public.t USING btree (a) INCLUDE (c, "new ""id")',
  ],
  [
    "CREATE INDEX id ON public.t USING btree (lower((id)::text), id varchar_pattern_ops) WHERE (id > 1)",
    'CREATE INDEX "copy" ON public.t USING btree (lower(("new ""id")::text), "new ""id" varchar_pattern_ops) WHERE ("new ""id" > 1)',
  ],
  [
    "CREATE INDEX i ON public.t USING gin (id(a), to_tsvector('english'::regconfig, body))",
    `CREATE INDEX "copy" ON public.t USING gin (id(a), to_tsvector('english'::regconfig, body))`,
  ],
])("an index about another column: %s", (definition, expected) => {
  expect(rebindIndex(definition, "copy", toNew)).toBe(expected)
})
