import { beforeAll, expect, test } from "vitest"
import type { Finding } from "../../src/domain/finding.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { plannedFindings, withViews } from "./planned-findings.ts"

// What only a partition has was not looked at: the run failed later, or what it had was lost without a word.

beforeAll(loadParser)

const people = `
  CREATE TABLE public.people (id integer NOT NULL, part integer NOT NULL, name text, score text, PRIMARY KEY (id, part))
    PARTITION BY LIST (part);
  CREATE TABLE public.people_1 PARTITION OF public.people FOR VALUES IN (1);
  CREATE TABLE public.people_2 PARTITION OF public.people FOR VALUES IN (2, 3) PARTITION BY LIST (part);
  CREATE TABLE public.people_3 PARTITION OF public.people_2 DEFAULT;
  CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';`

type Operation = Readonly<Record<string, unknown>>

const drop = { drop_column: { table: "people", column: "name" } }
const alter = { alter_column: { table: "people", column: "name", type: "bigint", up: "1", down: "'1'" } }
const rename = { rename_column: { table: "people", from: "name", to: "title" } }
const add = {
  add_column: { table: "people", column: { name: "low", type: "text", nullable: true }, up: "lower(name)" },
}

function findingsOf(more: string, operation: Operation, views = true): Promise<readonly Finding[]> {
  return plannedFindings(`${people} ${more}`, [operation], { ...withViews, schemas: views })
}

async function refusals(more: string, operation: Operation, views = true): Promise<readonly string[]> {
  const findings = await findingsOf(more, operation, views)
  return findings.filter(({ severity }) => severity === "error").map(({ code, subject }) => `${code} ${subject}`)
}

test.each([
  ["a view", "CREATE VIEW public.names AS SELECT name FROM public.people_3", "people_3"],
  ["a materialized view", "CREATE MATERIALIZED VIEW public.names AS SELECT name FROM public.people_1", "people_1"],
  ["a rule", "CREATE RULE r AS ON UPDATE TO public.people_1 DO ALSO SELECT NEW.name", "people_1"],
  ["a policy", "CREATE POLICY p ON public.people_2 USING (name <> 'x')", "people_2"],
  ["a publication's list of columns", "CREATE PUBLICATION p FOR TABLE public.people_1 (id, part, name)", "people_1"],
  [
    "the WHEN of a trigger",
    "CREATE TRIGGER t BEFORE UPDATE ON public.people_1 FOR EACH ROW WHEN (NEW.name = 'x') EXECUTE FUNCTION public.f()",
    "people_1",
  ],
  [
    "the key of a partition that is partitioned",
    "ALTER TABLE public.people DROP CONSTRAINT people_pkey; CREATE TABLE public.people_4 PARTITION OF public.people FOR VALUES IN (4) PARTITION BY LIST (name)",
    "people_4",
  ],
])("a column that %s uses in a partition alone is refused", async (_, more, partition) => {
  const refused = [`COLUMN_IN_USE public.${partition}.name`]
  expect(await refusals(more, drop)).toEqual(refused)
  expect(await refusals(more, alter)).toEqual(refused)
  expect(await refusals(more, { drop_column: { table: "people", column: "score" } })).toEqual([])
})

test("a rule of the table itself that reads the column is refused", async () => {
  const rule = "CREATE RULE r AS ON UPDATE TO public.people DO ALSO SELECT NEW.name"
  const findings = await findingsOf(rule, drop)
  expect(findings.find(({ code }) => code === "COLUMN_IN_USE")?.message).toContain("rule r on public.people")
})

test("a key of a partition alone is refused", async () => {
  const more = "ALTER TABLE public.people_1 ADD EXCLUDE USING btree (name WITH =)"
  expect(await refusals(more, drop)).toEqual(["COLUMN_IN_KEY public.people_1.name"])
})

test("what partitions have from their parent is told once", async () => {
  const more = `
    ALTER TABLE public.people ADD COLUMN low text GENERATED ALWAYS AS (lower(name)) STORED;
    CREATE TRIGGER t BEFORE UPDATE OF name ON public.people FOR EACH ROW EXECUTE FUNCTION public.f();
    ALTER TABLE public.people ADD CONSTRAINT named CHECK (name <> ''), ADD UNIQUE (part, name);
    CREATE TABLE public.others (part integer, name text, FOREIGN KEY (part, name) REFERENCES public.people (part, name))`
  const findings = await findingsOf(more, drop)
  const subjects = findings.filter(({ severity }) => severity !== "info").map(({ subject }) => subject)
  expect(new Set(subjects)).toEqual(new Set(["public.people.name"]))
})

test.each([
  ["a check", "ALTER TABLE public.people_1 ADD CONSTRAINT c CHECK (name <> 'x')", "check c"],
  ["a unique index", "CREATE UNIQUE INDEX i ON public.people_1 (name)", "unique index i"],
  ["a unique constraint", "ALTER TABLE public.people_1 ADD CONSTRAINT u UNIQUE (name)", "unique constraint u"],
  ["an index", "CREATE INDEX i ON public.people_1 (lower(name))", "index i"],
  ["NOT NULL", "ALTER TABLE public.people_1 ALTER COLUMN name SET NOT NULL", "NOT NULL"],
  ["a default", "ALTER TABLE public.people_1 ALTER COLUMN name SET DEFAULT 'x'", "the default 'x'::text"],
  [
    "a foreign key",
    "CREATE TABLE public.names (name text PRIMARY KEY); ALTER TABLE public.people_1 ADD CONSTRAINT fk FOREIGN KEY (name) REFERENCES public.names",
    "foreign key fk",
  ],
])("a second column can't take the place of one on which a partition alone has %s", async (_, more, what) => {
  for (const [operation, views] of [
    [alter, true],
    [rename, false],
  ] as const) {
    const findings = (await findingsOf(more, operation, views)).filter(({ severity }) => severity === "error")
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      "PARTITION_HAS_OWN public.people_1.name",
    ])
    expect(findings[0]?.message).toContain(what)
    expect(findings[0]?.hint).toMatch(/ \((?:ALTER|DROP) .*"public"\./)
  }
  // The one column itself goes on with all that it has.
  expect(await refusals(more, rename, true)).toEqual([])
})

test("of many partitions a few are named, and the others counted", async () => {
  const more = Array.from(
    { length: 9 },
    (_, at) =>
      `CREATE TABLE public.more_${at} PARTITION OF public.people (CHECK (name <> 'x')) FOR VALUES IN (1${at});`,
  )
  const findings = (await findingsOf(more.join("\n"), alter)).filter(({ code }) => code === "PARTITION_HAS_OWN")
  expect(findings).toHaveLength(6)
  expect(findings.at(-1)).toMatchObject({ subject: "public.people.name" })
  expect(findings.at(-1)?.message).toContain("4 times more, about public.more_5.name")
})

test("a column that a partition alone requires can't be left out by new applications", async () => {
  const more = "ALTER TABLE public.people_1 ALTER COLUMN name SET NOT NULL"
  expect(await refusals(more, drop)).toEqual(["DOWN_REQUIRED public.people_1.name"])
  expect(await refusals(more, { drop_column: { ...drop.drop_column, down: "''" } })).toEqual([])
})

test("NOT NULL of a partition goes with an undo of that of the whole, and is told", async () => {
  const more = "ALTER TABLE public.people_1 ALTER COLUMN name SET NOT NULL"
  const findings = await findingsOf(more, { alter_column: { table: "people", column: "name", nullable: false } })
  const told = findings.filter(({ code }) => code === "PARTITION_HAS_OWN")
  expect(told.map(({ severity, subject }) => `${severity} ${subject}`)).toEqual(["warning public.people_1.name"])
})

test("a sequence that only a partition draws from has no way back", async () => {
  const more = `CREATE SEQUENCE public.s; ALTER TABLE public.people_1 ALTER COLUMN name SET DEFAULT nextval('public.s')::text`
  expect(await refusals(more, drop)).toEqual(["PARTITION_HAS_OWN public.people_1.name"])
})

test("a partition that is partitioned itself is a partition", async () => {
  expect(await refusals("", { drop_column: { table: "people_2", column: "name" } })).toEqual([
    "PARTITION_CHILD public.people_2",
  ])
})

test.each([
  ["drop_column", drop],
  ["rename_column", rename],
])("triggers of a partition alone may read a column that loses its name: %s", async (_, operation) => {
  const more = `
    CREATE TRIGGER own BEFORE INSERT ON public.people_3 FOR EACH ROW EXECUTE FUNCTION public.f();
    CREATE TRIGGER off BEFORE INSERT ON public.people_1 FOR EACH ROW EXECUTE FUNCTION public.f();
    ALTER TABLE public.people_1 DISABLE TRIGGER off;
    CREATE TRIGGER whole BEFORE INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.f()`
  const told = (await findingsOf(more, operation)).filter(({ code }) => code === "TRIGGER_READS_COLUMN")
  expect(told.map(({ subject }) => subject)).toEqual(["public.people.name", "public.people_3.name"])
  expect(told[0]?.message).toContain("(whole)")
  expect(told[1]?.message).toContain("(own)")
})

test("triggers of a partition alone may sort after ours", async () => {
  const more = `
    CREATE TRIGGER "~z" BEFORE INSERT ON public.people_3 FOR EACH ROW EXECUTE FUNCTION public.f();
    CREATE TRIGGER "~w" BEFORE INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.f()`
  const told = (await findingsOf(more, add)).filter(({ code }) => code === "TRIGGER_SORTS_LATER")
  expect(told.map(({ subject }) => subject)).toEqual(["public.people: ~w", "public.people_3: ~z"])
})
