import { afterAll, beforeAll, expect, test } from "vitest"
import { findColumn, findTable, type Catalog, type Table } from "../../src/catalog/model.ts"
import { ensureJournal } from "../../src/execution/journal.ts"
import { readCatalog, type CatalogWish } from "../../src/postgres/catalog-reader.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, createRole, type TestDatabase } from "../harness/database.ts"

const weird = { schema: 'We ird."S', name: 'Weird "Name.x' }
const schema = `
CREATE SCHEMA "We ird.""S"; CREATE SCHEMA shop; CREATE SCHEMA sluice;
CREATE TYPE shop."Mood" AS ENUM ('a', 'b');
CREATE DOMAIN shop.email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE shop.country (code char(2) PRIMARY KEY);
CREATE TABLE "We ird.""S"."Weird ""Name.x" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "select" varchar(100) COLLATE "C" NOT NULL DEFAULT 'x''y',
  mood shop."Mood", mail shop.email, dropped int, total numeric(10,2),
  twice numeric GENERATED ALWAYS AS (total * 2) STORED,
  during tstzrange, country char(2) REFERENCES shop.country,
  CONSTRAINT excl EXCLUDE USING gist (during WITH &&),
  UNIQUE ("select") INCLUDE (mood));
ALTER TABLE "We ird.""S"."Weird ""Name.x" DROP COLUMN dropped;
ALTER TABLE "We ird.""S"."Weird ""Name.x" ADD CONSTRAINT "pos 'it" CHECK (total > 0) NOT VALID;
CREATE INDEX "Expr" ON "We ird.""S"."Weird ""Name.x" (lower("select"), total DESC) WHERE total > 1;
COMMENT ON TABLE "We ird.""S"."Weird ""Name.x" IS 'a table';
COMMENT ON COLUMN "We ird.""S"."Weird ""Name.x".mood IS 'a column';
CREATE VIEW shop.v AS SELECT id FROM "We ird.""S"."Weird ""Name.x";
CREATE MATERIALIZED VIEW shop.mv AS SELECT count(*) FROM "We ird.""S"."Weird ""Name.x";
CREATE VIEW sluice.ours AS SELECT id FROM "We ird.""S"."Weird ""Name.x";
CREATE FUNCTION shop.all_rows() RETURNS SETOF "We ird.""S"."Weird ""Name.x"
  LANGUAGE sql AS 'SELECT * FROM "We ird.""S"."Weird ""Name.x"';
CREATE FUNCTION shop.trg() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE TRIGGER "~a" BEFORE INSERT ON "We ird.""S"."Weird ""Name.x"
  FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION shop.trg();
ALTER TABLE "We ird.""S"."Weird ""Name.x" ENABLE ALWAYS TRIGGER "~a";
CREATE TABLE shop.far (k text, n int) PARTITION BY LIST (lower(k));
CREATE TABLE shop.part (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE shop.part_1 PARTITION OF shop.part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE shop.part_2 PARTITION OF shop.part FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE shop.part_far PARTITION OF shop.far FOR VALUES IN ('x') SERVER nowhere;
CREATE TABLE shop.refpart (pid int, pd date, FOREIGN KEY (pid, pd) REFERENCES shop.part);
CREATE TABLE shop.parent (a int); CREATE TABLE shop.child () INHERITS (shop.parent);
CREATE TABLE "We ird.""S"."Heir ""x" () INHERITS (shop.child, shop.parent);
CREATE FUNCTION shop.f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 1';
CREATE FUNCTION shop.f(text) RETURNS int LANGUAGE sql AS 'select 1'`

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ schema })
})
afterAll(() => database.drop())

function read(want: Partial<CatalogWish>): Promise<Catalog> {
  return withSession({ url: database.url, applicationName: "test" }, (session) =>
    readCatalog(session, { schemas: ["shop", weird.schema], relations: [], functions: [], ...want }),
  )
}

async function readTable(relation: { schema: string; name: string }): Promise<Table> {
  const table = findTable(await read({ relations: [relation] }), relation)
  if (!table) throw new Error(`${relation.name} wasn't read`)
  return table
}

test("columns come with exact type, collation, default, identity, generation and comment", async () => {
  const table = await readTable(weird)
  expect(table).toMatchObject({ comment: "a table", partitioning: "none", replicaIdentity: "default" })
  expect(table.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    "id: bigint",
    "select: character varying(100)",
    'mood: shop."Mood"',
    "mail: shop.email",
    "total: numeric(10,2)",
    "twice: numeric",
    "during: tstzrange",
    "country: character(2)",
  ])
  expect(findColumn(table, "id")).toMatchObject({ identity: "always", notNull: true, default: null })
  expect(findColumn(table, "select")).toMatchObject({ collation: '"C"', default: "'x''y'::character varying" })
  expect(findColumn(table, "twice")).toMatchObject({ generated: "(total * (2)::numeric)", default: null })
  expect(findColumn(table, "mood")?.comment).toBe("a column")
})

test("constraints and indexes come in PostgreSQL's own words, with their columns in key order", async () => {
  const table = await readTable(weird)
  // From 18 on each NOT NULL is a constraint as well.
  const constraints = table.constraints.filter(({ kind }) => kind !== "not null")
  expect(constraints.map(({ kind, columns, validated }) => [kind, columns, validated])).toEqual([
    ["foreign key", ["country"], true],
    ["primary key", ["id"], true],
    ["unique", ["select"], true],
    ["exclude", ["during"], true],
    ["check", ["total"], false],
  ])
  expect(constraints[0]?.references).toEqual({ schema: "shop", name: "country" })
  expect(constraints[4]?.definition).toBe("CHECK ((total > (0)::numeric)) NOT VALID")
  const expression = table.indexes.find(({ name }) => name === "Expr")
  expect(expression).toMatchObject({ columns: ['lower(("select")::text)', "total"], unique: false, constraint: null })
  const unique = table.indexes.find(({ name }) => name.endsWith("_key"))
  expect(unique).toMatchObject({ columns: ["select"], unique: true, valid: true, constraint: unique?.name })
})

test("what a table is partitioned by, and foreign tables among its partitions", async () => {
  expect(await readTable({ schema: "shop", name: "part" })).toMatchObject({ partitionKey: "RANGE (d)", dependents: [] })
  expect(await readTable({ schema: "shop", name: "part_1" })).not.toHaveProperty("partitionKey")
  expect(await readTable({ schema: "shop", name: "far" })).toMatchObject({
    partitionKey: "LIST (lower(k))",
    dependents: ["foreign table shop.part_far"],
  })
})

test("triggers and dependents are seen, those in schema sluice are not", async () => {
  const table = await readTable(weird)
  expect(table.triggers).toMatchObject([{ name: "~a", enabled: "always" }])
  expect(table.dependents).toEqual(["function shop.all_rows()", "materialized view shop.mv", "view shop.v"])
})

test("inheritance that is no partitioning is seen from both sides; partitions have none", async () => {
  const { tables } = await read({ relations: [{ schema: "shop", name: "child" }] })
  const inheritance = Object.fromEntries(tables.map((table) => [table.name, table.inheritance]))
  const [parent, child] = [
    { schema: "shop", name: "parent" },
    { schema: "shop", name: "child" },
  ]
  const heir = { schema: weird.schema, name: 'Heir "x' }
  expect(inheritance).toEqual({
    parent: { parents: [], children: [heir, child] },
    child: { parents: [parent], children: [heir] },
    [heir.name]: { parents: [child, parent], children: [] },
  })
  const partitions = await read({ relations: [{ schema: "shop", name: "part_1" }] })
  expect(partitions.tables.map((table) => table.inheritance)).toEqual([null, null, null])
})

test("what would stop a column from being dropped is told column by column", async () => {
  const { columnDependents } = await readTable(weird)
  expect(columnDependents).toEqual([
    { column: "id", dependent: "view shop.v" },
    { column: "total", dependent: `table column "We ird.""S"."Weird ""Name.x".twice` },
    { column: "total", dependent: `trigger "~a" on "We ird.""S"."Weird ""Name.x"` },
  ])
  const country = await readTable({ schema: "shop", name: "country" })
  expect(country.columnDependents.map(({ column }) => column)).toEqual(["code"])
  expect(country.columnDependents[0]?.dependent).toMatch(/^table constraint .*_fkey"? on /)
  const part = await readTable({ schema: "shop", name: "part" })
  expect(part.columnDependents).toContainEqual({ column: "d", dependent: "the partition key" })
})

test("version schemas of ours are told apart, and their views are nobody's dependents", async () => {
  const versions = await createDatabase({
    schema: `CREATE TABLE people (id int);
      CREATE SCHEMA public_1; CREATE SCHEMA _sluice_public_0; CREATE SCHEMA public_theirs;
      CREATE VIEW public_1.people AS SELECT id FROM people; CREATE VIEW _sluice_public_0.people AS SELECT id FROM people;
      CREATE VIEW public_theirs.people AS SELECT id FROM people`,
  })
  await withSession({ url: versions.url, applicationName: "test" }, ensureJournal)
  await versions.query(`INSERT INTO sluice.version_schema (name, base, revision, hidden_at) VALUES
    ('public_1', 'public', '1', NULL), ('_sluice_public_0', 'public', '0', now()), ('gone_2', 'public', '2', NULL),
    ('shop_1', 'shop', '1', NULL)`)
  const found = await withSession({ url: versions.url, applicationName: "test" }, (session) =>
    readCatalog(session, { schemas: ["public"], relations: "all", functions: [] }),
  )
  await versions.drop()
  expect(found.versionSchemas).toEqual([{ name: "public_1", base: "public", revision: "1" }])
  expect(found.tables.map(({ dependents }) => dependents)).toEqual([["view public_theirs.people"]])
})

test("rights come as they are: the owner's alone where nobody has granted any, single columns, what is given by default", async () => {
  const reader = await createRole()
  const granted = await createDatabase({
    schema: `CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO ${reader.name} WITH GRANT OPTION;
      CREATE TABLE shop.plain (id int);
      CREATE TABLE shop.some (id int, name text);
      GRANT SELECT, TRUNCATE ON shop.some TO PUBLIC;
      GRANT UPDATE (name) ON shop.some TO ${reader.name} WITH GRANT OPTION;
      ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO ${reader.name};
      ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;`,
  })
  const { tables, rights } = await withSession({ url: granted.url, applicationName: "test" }, (session) =>
    readCatalog(session, { schemas: ["shop"], relations: [], inFull: ["shop"], functions: [] }),
  )
  await granted.drop()
  await reader.drop()
  const owner = ["DELETE", "INSERT", "SELECT", "UPDATE"].map((privilege) => ({ grantee: "postgres", privilege }))
  expect(tables[0]?.grants).toMatchObject(owner)
  expect(tables[1]?.grants.filter(({ grantee }) => grantee !== "postgres")).toEqual([
    { grantee: null, privilege: "SELECT", column: null, grantable: false },
    { grantee: reader.name, privilege: "UPDATE", column: "name", grantable: true },
  ])
  expect(rights.role).toBe("postgres")
  expect(rights.schemas).toContainEqual({ schema: "shop", grantee: reader.name, grantable: true })
  expect(rights.defaults.filter(({ grantee }) => grantee !== "postgres")).toEqual([
    { schema: null, grantee: reader.name, privilege: "INSERT", grantable: false },
    { schema: "shop", grantee: null, privilege: "SELECT", grantable: false },
  ])
})

test("a partition brings its parent and its siblings", async () => {
  const { tables } = await read({ relations: [{ schema: "shop", name: "part_1" }] })
  expect(tables.map(({ name, partitioning, parent }) => [name, partitioning, parent?.name])).toEqual([
    ["part", "parent", undefined],
    ["part_1", "partition", "part"],
    ["part_2", "partition", "part"],
  ])
})

test("a foreign key to a partitioned table is one constraint", async () => {
  const { constraints } = await readTable({ schema: "shop", name: "refpart" })
  expect(constraints.map(({ name }) => name)).toEqual(["refpart_pid_pd_fkey"])
})

test("taken names, missing schemas and functions are told", async () => {
  const functions = [
    { schema: null, name: "now" },
    { schema: null, name: "lower" },
    { schema: "shop", name: "f" },
    { schema: "shop", name: "nope" },
  ]
  const catalog = await read({ schemas: ["shop", "nowhere", "sluice"], functions })
  expect(catalog.schemas).toEqual(["shop"])
  expect(catalog.tables).toEqual([])
  expect(catalog.otherRelations).toContainEqual({ schema: "shop", name: "mv", kind: "materialized view" })
  expect(catalog.functions.map(({ name, volatility }) => [name, volatility])).toEqual([
    ["lower", "immutable"],
    ["now", "stable"],
    ["f", "volatile"], // the more volatile of its overloads
  ])
})

test("of a function's overloads those count that take as many arguments as it is given", async () => {
  const functions = [
    { schema: null, name: "length", arguments: 1 },
    { schema: null, name: "length", arguments: 2 },
    { schema: null, name: "length" },
    { schema: null, name: "to_tsvector", arguments: 1 },
    { schema: null, name: "to_tsvector", arguments: 2 },
    { schema: null, name: "concat_ws", arguments: 5 },
    { schema: null, name: "lower", arguments: 7 },
  ]
  const catalog = await read({ functions })
  expect(catalog.functions.map((each) => [each.name, each.arguments, each.volatility])).toEqual([
    ["concat_ws", 5, "stable"],
    ["length", null, "stable"],
    ["length", 1, "immutable"],
    ["length", 2, "stable"],
    ["lower", 7, "immutable"],
    ["to_tsvector", 1, "stable"],
    ["to_tsvector", 2, "immutable"],
  ])
})

test("a role without any privilege reads the same model, without schema sluice", async () => {
  const role = await createRole()
  const everything: CatalogWish = { schemas: ["shop", weird.schema], relations: "all", functions: [] }
  const seen = await withSession({ url: database.urlAs(role), applicationName: "test" }, (session) =>
    readCatalog(session, everything),
  )
  await role.drop()
  const { rights, ...model } = await read(everything)
  expect(seen).toEqual({ ...model, rights: { ...rights, role: role.name } })
  expect(seen.tables.map(({ schema }) => schema)).not.toContain("sluice")
})

test("under an exclusive lock it gives up like every statement of ours", async () => {
  const reading = withSession({ url: database.url, applicationName: "locker" }, (locker) =>
    locker.transaction(async () => {
      await locker.query("LOCK TABLE shop.country IN ACCESS EXCLUSIVE MODE")
      return read({ relations: [{ schema: "shop", name: "country" }] })
    }),
  )
  await expect(reading).rejects.toMatchObject({ code: "LOCK_TIMEOUT" })
})
