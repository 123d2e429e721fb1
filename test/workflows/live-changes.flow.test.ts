import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { stamp } from "../../src/app/stamp.ts"
import { startApplication, type LiveApplication, type Statement } from "../harness/live-writer.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { look } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const rows = 1_500

/** A change, what applications of each shape write to `people` meanwhile, and how one reads the other's columns. */
interface LiveChange {
  /** SQL over the table `people (id, name)`. */
  readonly schema: string
  readonly operations: string
  readonly old: readonly Statement[]
  readonly fresh: readonly Statement[]
  /** How the accounts' columns are read in the new shape, and in the old one. */
  readonly inNewShape?: Readonly<Record<string, string | null>>
  readonly inOldShape?: Readonly<Record<string, string | null>>
}

const remove: Statement = { name: "delete", kind: "delete", sql: "DELETE FROM people WHERE id = $1", values: ["{key}"] }

/** Sets one column, and shows what both shapes hold then. */
function update(column: string, value: string | null, shows: Readonly<Record<string, string | null>>): Statement {
  const sql = `UPDATE people SET ${column} = $2 WHERE id = $1`
  return { name: `update ${column}`, kind: "update", sql, values: ["{key}", value], shows, weight: 2 }
}

function insert(columns: string, values: readonly (string | null)[], shows: Statement["shows"] = {}): Statement {
  const places = values.map((_, index) => `$${index + 1}`).join(", ")
  const sql = `INSERT INTO people (${columns}) VALUES (${places}) RETURNING id`
  return { name: `insert ${columns}`, kind: "insert", sql, values, shows }
}

const changes: Readonly<Record<string, LiveChange>> = {
  "another type": {
    schema: "ALTER TABLE public.people ADD COLUMN score text NOT NULL DEFAULT '1'",
    operations: `
  - alter_column: {table: people, column: score, type: "numeric(12,2)", default: 1, up: "score::numeric", down: "score::text"}`,
    old: [
      insert("name, score", ["New {n}", "{n}"], { score: "{n}" }),
      insert("name", ["Default {n}"], {}),
      update("score", "{n}", { score: "{n}" }),
      update("name", "Other {n}", { name: "Other {n}" }),
      remove,
    ],
    fresh: [
      insert("name, score", ["Fresh {n}", "{n}"], { score: "{n}" }),
      update("score", "{n}.50", { score: "{n}.5" }),
      remove,
    ],
    // 7 and 7.00 are the same score.
    inNewShape: { score: "trim_scale(score)" },
    inOldShape: { score: "trim_scale(score::numeric)" },
  },
  "NOT NULL, while NULL is still written": {
    schema: "ALTER TABLE public.people ADD COLUMN note text; UPDATE public.people SET note = 'n' WHERE id % 2 = 0",
    operations: `
  - alter_column: {table: people, column: note, nullable: false, up: "coalesce(note, '')", down: "nullif(note, '')"}`,
    old: [
      insert("name, note", ["New {n}", null], { note: "" }),
      update("note", null, { note: "" }),
      update("note", "text {n}", { note: "text {n}" }),
      remove,
    ],
    fresh: [
      insert("name, note", ["Fresh {n}", ""], { note: "" }),
      update("note", "fresh {n}", { note: "fresh {n}" }),
      update("name", "Other {n}", { name: "Other {n}" }),
    ],
    inOldShape: { note: "coalesce(note, '')" },
  },
  "another name": {
    schema: "CREATE INDEX people_name ON public.people (name)",
    operations: `
  - rename_column: {table: people, from: name, to: full_name}`,
    old: [
      insert("name", ["New {n}"], { name: "New {n}", full_name: "New {n}" }),
      update("name", "Changed {n}", { name: "Changed {n}", full_name: "Changed {n}" }),
      remove,
    ],
    fresh: [
      insert("full_name", ["Fresh {n}"], { name: "Fresh {n}", full_name: "Fresh {n}" }),
      update("full_name", "Again {n}", { name: "Again {n}", full_name: "Again {n}" }),
      remove,
    ],
    inNewShape: { name: "full_name" },
    inOldShape: { full_name: "name" },
  },
  "a unique key, a foreign key and an index": {
    schema: `
      CREATE TABLE public.teams (id integer PRIMARY KEY);
      INSERT INTO public.teams SELECT generate_series(0, 6);
      ALTER TABLE public.people ADD COLUMN code text, ADD COLUMN team integer;
      UPDATE public.people SET code = 'c' || id, team = id % 7`,
    operations: `
  - create_constraint: {table: people, name: people_code_key, type: unique, columns: [code]}
  - create_constraint: {table: people, name: people_team_fkey, type: foreign_key, columns: [team], references: {table: teams, columns: [id]}}
  - create_index: {table: people, name: people_team, columns: [team]}`,
    old: [
      insert("name, code, team", ["New {n}", "n{n}", "3"], { code: "n{n}", team: "3" }),
      update("code", "u{n}", { code: "u{n}" }),
      update("team", "5", { team: "5" }),
      remove,
    ],
    fresh: [
      insert("name, code, team", ["Fresh {n}", "f{n}", "4"], { code: "f{n}", team: "4" }),
      update("code", "v{n}", { code: "v{n}" }),
    ],
  },
}

function writer(project: Project, remainder: number, searchPath: string, statements: readonly Statement[]) {
  return startApplication({
    name: `application ${remainder}`,
    url: project.database.url,
    workload: {
      table: { name: "people", key: "id" },
      statements,
      searchPath,
      // What we do to the table comes between two statements of a transaction too.
      lanes: 2,
      transactions: { statements: 3, pauseMs: 30 },
      existingKeys: { first: 1, last: rows, only: { remainder, of: 2 } },
      firstNumber: 1 + remainder * 1_000_000,
      seed: 1 + remainder,
    },
  })
}

async function begin({ schema, operations }: LiveChange, keepMs: number): Promise<Project> {
  const versions = { schemas: true, roles: { old: null, new: null } }
  const project = await sluice.project({ rows, operations, schema, versions, keepMs })
  await stamp(project.app, { target: project.target.name, views: true })
  return project
}

async function expectUnharmed(
  application: LiveApplication,
  searchPath: string,
  columns: Readonly<Record<string, string | null>> = {},
): Promise<void> {
  const report = await application.stop()
  expect(report.failures).toEqual({})
  expect(report.acknowledged).toBeGreaterThan(0)
  expect((await application.compare({ columns, searchPath })).examples).toEqual([])
}

const [oldPath, newPath] = ["public_base, public", "public_0001_change, public"]

describe.each(Object.entries(changes))("%s", (_, change) => {
  test("comes while both applications write, and neither notices", async () => {
    const project = await begin(change, 0)
    const old = writer(project, 0, oldPath, [...change.old, look])
    let fresh: LiveApplication | null = null
    try {
      await project.start()
      await project.pass("dual-write", "switch")
      await project.atGate("contract")
      fresh = writer(project, 1, newPath, [...change.fresh, look])
      await Promise.all([old.makes(80), fresh.makes(80)])
      await old.stop()
      await project.pass("contract")
      await fresh.makes(40)
      await project.pass("purge")
      await project.ended("completed")
      await fresh.makes(20)
      await expectUnharmed(old, newPath, change.inNewShape)
      await expectUnharmed(fresh, newPath, change.inNewShape)
    } finally {
      await old.close()
      await fresh?.close()
    }
  })

  test("goes again under both of them", async () => {
    const project = await begin(change, 600_000)
    const before = (await project.dump()).filter(isSchema)
    let old = writer(project, 0, oldPath, [...change.old, look])
    let fresh: LiveApplication | null = null
    try {
      await project.start()
      await project.pass("dual-write", "switch")
      await project.atGate("contract")
      fresh = writer(project, 1, newPath, [...change.fresh, look])
      await fresh.makes(40)
      await old.stop()
      await expectUnharmed(old, oldPath, change.inOldShape)
      await old.close()
      await project.pass("contract")
      await project.until("keep", ({ phase }) => phase === "keep")
      await fresh.makes(80)
      await project.send("abort", { reason: "the old shape is wanted back" })
      await project.until("the way back", ({ state, waitingFor }) => state === "aborted" || waitingFor !== null)
      old = writer(project, 2, oldPath, [change.old[0] as Statement])
      await Promise.all([old.makes(20), fresh.makes(20)])
      await expectUnharmed(fresh, oldPath, change.inOldShape)
      await project.pass("new-writers-gone")
      await project.ended("aborted")
      await old.makes(20)
      await expectUnharmed(old, oldPath, change.inOldShape)
    } finally {
      await old.close()
      await fresh?.close()
    }
    expect((await project.dump()).filter(isSchema)).toEqual(before)
  })
})

function isSchema(line: string): boolean {
  return !line.startsWith("INSERT INTO ") && !line.includes("setval")
}
