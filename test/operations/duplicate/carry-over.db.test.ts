import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { differenceOf } from "../../../src/catalog/difference.ts"
import type { Catalog } from "../../../src/catalog/model.ts"
import { catalogWish, compilePlan, judgeRevisions } from "../../../src/planner/compile.ts"
import { readCatalog } from "../../../src/postgres/catalog-reader.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { asSession } from "../../execution/setting.ts"
import { createRole } from "../../harness/database.ts"
import type { TestRole } from "../../harness/database.ts"
import { revision, target } from "../../planner/sample-catalog.ts"
import { Purging } from "../archive/purging.ts"

/**
 * A second column takes the place of the first. Without what was granted on that, the application's writes would fail
 * from contract on; and whoever reads late, or after an undo, needs the first one's as before.
 */
let change: Purging
let roles: readonly TestRole[]
let [writer, reader, other] = ["", "", ""]
beforeAll(loadParser)
beforeEach(async () => {
  roles = await Promise.all(["writer", "reader", "other"].map((prefix) => createRole({ prefix })))
  ;[writer = "", reader = "", other = ""] = roles.map(({ name }) => name)
})
afterEach(async () => {
  await change.end()
  for (const role of roles) await role.drop()
})

const views = { schemas: true, roles: { old: null, new: null } }
const bare = { schemas: false, roles: { old: null, new: null } }
const toInteger = {
  alter_column: { table: "people", column: "score", type: "integer", up: "score::integer", down: "score::text" },
}
const toPoints = { rename_column: { table: "people", from: "score", to: "points" } }
const toVarchar = {
  alter_column: { table: "people", column: "score", type: "varchar(90)", up: "score", down: "score" },
}
const people = "CREATE TABLE people (id int PRIMARY KEY, score text); INSERT INTO people VALUES (1, '1'), (2, '2');"
const granted = (): string => `GRANT SELECT (id, score), UPDATE (score) ON people TO ${writer};
  GRANT SELECT (score) ON people TO ${reader} WITH GRANT OPTION; GRANT REFERENCES (score) ON people TO PUBLIC;`

async function begin(given: string, operation: Readonly<Record<string, unknown>>, versions = views): Promise<void> {
  change = await Purging.begin(given, [operation], {}, "0002_drop", versions)
}

async function as(role: string, statement: string): Promise<void> {
  await change.query(`SET ROLE ${role}; ${statement}`)
}

/** What the column of this name has been granted, table by table. */
function grantsOf(column: string): Promise<object[]> {
  return change.query(
    `SELECT a.attrelid::regclass::text AS table,
            CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE split_part(x.grantee::regrole::text, '_', 1) END AS grantee,
            x.privilege_type AS privilege, x.is_grantable AS grantable
       FROM pg_attribute AS a
       JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      CROSS JOIN aclexplode(a.attacl) AS x
      WHERE a.attname = $1 ORDER BY 1, 2, 3`,
    [column],
  )
}

const grants = [
  { table: "people", grantee: "PUBLIC", privilege: "REFERENCES", grantable: false },
  { table: "people", grantee: "reader", privilege: "SELECT", grantable: true },
  { table: "people", grantee: "writer", privilege: "SELECT", grantable: false },
  { table: "people", grantee: "writer", privilege: "UPDATE", grantable: false },
]

describe("grants on a column", () => {
  test("are the second one's from expand on, the hidden one's until it goes, and the first one's after an undo", async () => {
    await begin(people + granted(), toInteger)
    await change.through("verify/people/compare")
    const [{ physical } = { physical: "" }] = change.plan.syncs.flatMap(({ groups }) =>
      groups.flatMap((group) => group.new.map(({ name }) => ({ physical: name }))),
    )
    expect(await grantsOf(physical)).toEqual(grants)
    await as(writer, "UPDATE people SET score = '3' WHERE id = 1")
    await change.contract()
    expect(await grantsOf("score")).toEqual(grants)
    await as(writer, "UPDATE people SET score = 4 WHERE id = 1")
    await change.back()
    expect(await grantsOf("score")).toEqual(grants)
    await as(writer, "UPDATE people SET score = '5' WHERE id = 1")
    expect(await change.query("SELECT score FROM people WHERE id = 1")).toEqual([{ score: "5" }])
  })

  test("come back with the column from behind the purge, and the next version is made from them", async () => {
    await begin(people + granted(), toInteger)
    await change.through("purge/drop")
    expect(await grantsOf("score")).toEqual(grants)
    await change.back()
    expect(await grantsOf("score")).toEqual(grants)
  })

  // Row security makes a view use its caller's rights: those on the second column itself.
  test("let the new application write by its view before contract, with its own rights", async () => {
    const secured = `ALTER TABLE people ENABLE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON people USING (true);
      GRANT USAGE ON SCHEMA public TO PUBLIC;`
    await begin(people + granted() + secured, toInteger)
    await change.through("verify/people/compare")
    const [view] = await change.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, viewname) AS name FROM pg_views WHERE viewname = 'people' AND schemaname LIKE 'public\\_%'",
    )
    await as(writer, `UPDATE ${view?.name ?? ""} SET score = 6 WHERE id = 1`)
    expect(await change.query("SELECT score FROM people WHERE id = 1")).toEqual([{ score: "6" }])
  })

  test("that came while the run was under way are carried over with the contract, and what the second one has besides stays", async () => {
    await begin(people + granted(), toPoints, bare)
    await change.through("verify/people/compare")
    expect(await grantsOf("points")).toEqual(grants)
    await change.query(`GRANT UPDATE (score) ON people TO ${other}; GRANT SELECT (points) ON people TO ${other}`)
    await change.contract()
    expect(await grantsOf("points")).toEqual(
      [
        ...grants,
        { table: "people", grantee: "other", privilege: "SELECT", grantable: false },
        { table: "people", grantee: "other", privilege: "UPDATE", grantable: false },
      ].toSorted((a, b) => (`${a.grantee} ${a.privilege}` < `${b.grantee} ${b.privilege}` ? -1 : 1)),
    )
  })

  test("of a partition are that partition's", async () => {
    const parts = `CREATE TABLE people (id int, score text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE low PARTITION OF people FOR VALUES FROM (1) TO (10); INSERT INTO people VALUES (1, '1');
      GRANT SELECT (id), UPDATE (score) ON low TO ${writer}; ALTER TABLE ONLY low ALTER score SET STATISTICS 77;`
    await begin(parts, toInteger)
    await change.contract()
    expect(await grantsOf("score")).toEqual([
      { table: "low", grantee: "writer", privilege: "UPDATE", grantable: false },
    ])
    await as(writer, "UPDATE low SET score = 4 WHERE id = 1")
    expect(await settingsOf("score")).toEqual([{ table: "low", settings: ["STATISTICS 77"] }])
  })
})

const set = `ALTER TABLE people ALTER score SET STATISTICS 500, ALTER score SET (n_distinct = -0.5),
  ALTER score SET STORAGE EXTERNAL, ALTER score SET COMPRESSION pglz;`

/** As the catalog's model has them. */
async function settingsOf(column: string): Promise<object[]> {
  const { tables } = await asSession(change.database.url, (session) =>
    readCatalog(session, { schemas: ["public"], relations: "all", functions: [] }),
  )
  return tables.flatMap(({ name, columns }) =>
    columns
      .filter((one) => one.name === column && one.settings !== undefined)
      .map(({ settings }) => ({ table: name, settings })),
  )
}

describe("what was said of a column with ALTER COLUMN … SET", () => {
  const all = ["STATISTICS 500", "STORAGE EXTERNAL", "COMPRESSION pglz", "(n_distinct=-0.5)"]

  test("is the second one's, and the first one's again after an undo", async () => {
    await begin(people + set, toVarchar)
    await change.contract()
    expect(await settingsOf("score")).toEqual([{ table: "people", settings: all }])
    await change.back()
    expect(await settingsOf("score")).toEqual([{ table: "people", settings: all }])
  })

  test("is left out where the new type knows nothing of it", async () => {
    await begin(people + set, toInteger)
    await change.contract()
    expect(await settingsOf("score")).toEqual([{ table: "people", settings: ["STATISTICS 500", "(n_distinct=-0.5)"] }])
  })

  test.each([
    ["of the same kind", toVarchar],
    ["of another kind", toInteger],
    ["under another name", toPoints],
  ])("is foreseen by the plan, and so are grants: a column %s", async (_, operation) => {
    const revisions = [revision("0002_drop", operation)]
    const live = { ...target, versions: operation === toPoints ? bare : views }
    await begin(people + granted() + set, operation, live.versions)
    const read = () =>
      asSession(change.database.url, (session) =>
        readCatalog(session, { schemas: ["public"], relations: [{ schema: "public", name: "people" }], functions: [] }),
      )
    const { after } = judgeRevisions(revisions, await read(), live)
    await change.through("purge/drop")
    const real = await read()
    expect(differenceOf(after, real, { meaning: true })).toEqual([])
    const grantsIn = ({ tables }: Catalog) =>
      tables.flatMap((table) => table.grants.map((grant) => JSON.stringify(grant)))
    expect(grantsIn(after).toSorted()).toEqual(grantsIn(real).toSorted())
  })

  test("is a difference of two catalogs, and none of the shape that a plan was made for", async () => {
    await begin(people, toVarchar)
    const read = () => asSession(change.database.url, (session) => readCatalog(session, catalogWish(revisions, target)))
    const revisions = [
      revision("0003", { add_column: { table: "people", column: { name: "x", type: "text", nullable: true } } }),
    ]
    const before = await read()
    await change.query(set)
    const after = await read()
    expect(differenceOf(before, after)).toEqual([`column public.people.score: settings none -> ${all.join(", ")}`])
    const shapesOf = (catalog: typeof before) => compilePlan({ revisions, catalog, target }).plan?.shapes
    expect(shapesOf(after)).toEqual(shapesOf(before))
  })
})

test("what was said of an index is said of its copy, and of the first one's after an undo", async () => {
  const given = `${people} CREATE INDEX plain ON people (lower(score)); COMMENT ON INDEX plain IS 'for the search';
    ALTER INDEX plain ALTER COLUMN 1 SET STATISTICS 77; CREATE UNIQUE INDEX alone ON people (id, upper(score));
    ALTER INDEX alone ALTER COLUMN 2 SET STATISTICS 78; ALTER TABLE people ADD CONSTRAINT owned UNIQUE (score);
    COMMENT ON INDEX owned IS 'It''s the constraint''s'`
  await begin(given, toVarchar)
  const said = () =>
    change.query(
      `SELECT c.relname::text AS name, obj_description(c.oid, 'pg_class') AS comment,
              (SELECT max(nullif(a.attstattarget, -1)) FROM pg_attribute AS a WHERE a.attrelid = c.oid) AS target
         FROM pg_class AS c WHERE c.relname IN ('plain', 'alone', 'owned') ORDER BY 1`,
    )
  const all = [
    { name: "alone", comment: null, target: 78 },
    { name: "owned", comment: "It's the constraint's", target: null },
    { name: "plain", comment: "for the search", target: 77 },
  ]
  expect(await said()).toEqual(all)
  await change.contract()
  expect(await said()).toEqual(all)
  await change.back()
  expect(await said()).toEqual(all)
})

test("extended statistics and the mark of CLUSTER stay behind, which the plan says by their names", async () => {
  const given = `${people} CREATE STATISTICS pair ON id, score FROM people; CREATE STATISTICS "Long" ON length(score), id FROM people;
    CREATE INDEX by_score ON people (score DESC); ALTER TABLE people CLUSTER ON by_score;`
  await begin(given, toVarchar)
  const [found, ...more] = change.findings.filter(({ code }) => code === "STAYS_WITH_OLD_COLUMN")
  expect(more).toEqual([])
  expect(found).toMatchObject({ severity: "warning", subject: "public.people.score" })
  expect(found?.message).toMatch(
    /: the extended statistics public\."Long", the extended statistics public\.pair, the mark of CLUSTER on index by_score$/,
  )
  await change.through("purge/drop")
  await change.back()
  expect(await change.query("SELECT stxname::text AS name FROM pg_statistic_ext ORDER BY 1")).toEqual([
    { name: "Long" },
    { name: "pair" },
  ])
  expect(await change.query("SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indisclustered")).toEqual([
    { name: "by_score" },
  ])
})
