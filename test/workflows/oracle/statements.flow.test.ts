import type { Client } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { stamp } from "../../../src/app/stamp.ts"
import { createRole, type TestRole } from "../../harness/database.ts"
import { startPooler } from "../../harness/pooler.ts"
import type { Project } from "../../harness/project.ts"
import { Sluice } from "../../harness/sluice.ts"
import { connect, Lane, type Dialect, type Speaker } from "./lane.ts"
import { NameOracle, type Person } from "./name-oracle.ts"

let sluice: Sluice
let old: TestRole
let fresh: TestRole
beforeAll(async () => {
  sluice = await Sluice.begin()
  old = await createRole({ prefix: "oracle_v1" })
  fresh = await createRole({ prefix: "oracle_v2" })
})
afterAll(async () => {
  await sluice?.end()
  await Promise.all([old?.drop(), fresh?.drop()])
})

const rows = 400
const splitName = `
  - add_column: {table: people, column: {name: first_name, type: text, nullable: true}, up: "split_part(name, ' ', 1)"}
  - add_column: {table: people, column: {name: last_name, type: text, nullable: true, default: "'Ault'"}, up: "ltrim(substr(name, strpos(name || ' ', ' ')))"}
  - drop_column: {table: people, column: name, down: "first_name || ' ' || last_name"}
`
const schema = (): string => `
  ALTER TABLE public.people ALTER COLUMN name DROP NOT NULL;
  ALTER TABLE public.people ADD COLUMN note text DEFAULT 'none';
  UPDATE public.people SET note = NULL;
  UPDATE public.people SET name = NULL WHERE id % 7 = 0;
  UPDATE public.people SET name = 'Two   Blanks ' || id WHERE id % 5 = 0;
  GRANT SELECT, INSERT, UPDATE, DELETE ON public.people TO ${old.name}, ${fresh.name};`

const oldDialect: Dialect = { relation: "people", columns: { name: "name", note: "note" }, defaults: { note: "none" } }
const newDialect: Dialect = {
  relation: "people",
  columns: { first: "first_name", last: "last_name", note: "note" },
  defaults: { note: "none", last: "Ault" },
}
/** On the table itself, where both shapes are, and where no column of the new one has its default yet. */
const bothDialect: Dialect = {
  relation: "public.people",
  columns: { name: "name", first: "first_name", last: "last_name", note: "note" },
  defaults: { note: "none" },
}

async function searchPath(project: Project, role: TestRole, schemas: string): Promise<void> {
  await project.database.query(
    `ALTER ROLE ${role.name} IN DATABASE ${project.database.name} SET search_path = ${schemas}`,
  )
}

async function found(project: Project): Promise<readonly (readonly [number, Person])[]> {
  const people = await project.database.query<Person & { id: string }>(
    `SELECT id::text, name, first_name AS first, last_name AS last, note FROM public.people ORDER BY people.id`,
  )
  return people.map(({ id, ...person }) => [Number(id), person])
}

test("10,000 statements of two versions through one pooler leave what an oracle says that no trigger helped", async () => {
  const versions = { schemas: true, roles: { old: old.name, new: fresh.name } }
  const project = await sluice.project({ rows, versions, schema: schema(), operations: splitName })
  await stamp(project.app, { target: project.target.name, views: true })
  await searchPath(project, old, "public_base, public")
  await searchPath(project, fresh, "public_0001_change, public")
  const pooler = await startPooler(project.database, [old, fresh])
  const oracle = new NameOracle()
  for (const [id, { name }] of await before(project)) oracle.existing(id, name)
  const ids = [...(await before(project)).keys()]
  const lanes = [0, 1, 2, 3].map(
    (lane) =>
      new Lane(
        oracle,
        ids.filter((id) => id % 4 === lane),
        1 + lane,
      ),
  )
  const clients = await Promise.all(
    lanes.map(() => Promise.all([connect(pooler.urlAs(old)), connect(pooler.urlAs(fresh))])),
  )
  const all = async (count: number, dialects: readonly Dialect[], mayBeNull: boolean): Promise<void> => {
    await Promise.all(
      lanes.map((lane, index) => {
        const [ofOld, ofNew] = clients[index] ?? []
        if (!ofOld || !ofNew) throw new Error("no connection")
        const speakers = dialects.map((dialect): Speaker => ({
          dialect,
          client: dialect === newDialect ? ofNew : ofOld,
        }))
        return lane.write(count, speakers, mayBeNull)
      }),
    )
  }
  try {
    await project.start()
    await project.atGate("dual-write")
    // Of rows that aren't filled yet.
    await all(25, [oldDialect, bothDialect], false)
    // At once: what comes later would write over most of what went wrong here.
    expect(await found(project)).toEqual(oracle.rows())
    await project.pass("dual-write")
    await project.atGate("switch")
    oracle.allFilled()
    expect(await found(project)).toEqual(oracle.rows())
    await project.pass("switch")
    await project.atGate("contract")
    await all(2_475, [oldDialect, newDialect, bothDialect], true)
    expect(await found(project)).toEqual(oracle.rows())
  } finally {
    for (const client of clients.flat()) await client.end()
    await pooler.stop()
  }
  await project.pass("contract", "purge")
  await project.ended("completed")
})

test("after contract 10,000 writes of the new version; undone in keep, every name is what the oracle says", async () => {
  const versions = { schemas: true, roles: { old: old.name, new: fresh.name } }
  const project = await sluice.project({ rows, versions, keepMs: 600_000, schema: schema(), operations: splitName })
  await stamp(project.app, { target: project.target.name, views: true })
  await searchPath(project, old, "public_base, public")
  await searchPath(project, fresh, "public_0001_change, public")
  const atFirst = await project.dump()
  const names = await before(project)
  const oracle = new NameOracle()
  for (const [id, { name }] of names) oracle.existing(id, name)
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  oracle.allFilled()
  // Rows of the last lane nobody touches.
  const lanes = [0, 1, 2, 3].map(
    (lane) =>
      new Lane(
        oracle,
        [...names.keys()].filter((id) => id % 5 === lane),
        11 + lane,
      ),
  )
  const clients = await Promise.all(lanes.map(() => connect(project.database.urlAs(fresh))))
  try {
    await Promise.all(
      lanes.map((lane, index) => lane.write(2_500, [{ dialect: newDialect, client: clients[index] as Client }], true)),
    )
    await project.send("abort", { reason: "the old shape is wanted back" })
    await project.atGate("new-writers-gone")
    const both = await found(project)
    expect(both.map(([id, { name, note }]) => [id, name, note])).toEqual(
      oracle.rows().map(([id, { name, note }]) => [id, name, note]),
    )
  } finally {
    for (const client of clients) await client.end()
  }
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await before(project)).toEqual(new Map(oracle.rows().map(([id, { name, note }]) => [id, { name, note }])))
  const untouched = [...names].filter(([id]) => id % 5 === 4)
  const now = await before(project)
  expect(untouched.map(([id]) => [id, now.get(id)])).toEqual(untouched)
  const isSchema = (line: string): boolean => !line.startsWith("INSERT INTO ") && !line.includes("setval")
  expect((await project.dump()).filter(isSchema)).toEqual(atFirst.filter(isSchema))
})

async function before(project: Project): Promise<ReadonlyMap<number, Pick<Person, "name" | "note">>> {
  const people = await project.database.query<Pick<Person, "name" | "note"> & { id: string }>(
    "SELECT id::text, name, note FROM public.people ORDER BY people.id",
  )
  return new Map(people.map(({ id, ...person }) => [Number(id), person]))
}
