import { afterAll, beforeAll, expect, test } from "vitest"
import { expectUnharmed, startApplication, type Statement } from "../harness/live-writer.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** A column, and in the same revision all kinds of things that are built on it. */
const operations = `
  - add_column:
      table: people
      column: {name: email, type: text, nullable: true}
      up: "lower(name) || '@example.com'"
  - create_index:
      table: people
      name: people_search_idx
      columns:
        name: {sort: DESC, nulls: LAST}
        email: {collate: C}
  - create_constraint: {type: unique, table: people, name: people_email_key, columns: [email, id]}
  - create_constraint: {type: check, table: people, name: people_email_check, check: "email LIKE '%@%'"}
`

const statements: readonly Statement[] = [
  {
    name: "insert",
    kind: "insert",
    sql: "INSERT INTO public.people (name) VALUES ($1) RETURNING id",
    values: ["New {n}"],
    shows: { name: "New {n}" },
  },
  {
    name: "update",
    kind: "update",
    sql: "UPDATE public.people SET name = $2 WHERE id = $1",
    values: ["{key}", "Changed {n}"],
    shows: { name: "Changed {n}" },
  },
]

test("column, index, key and check come in one run while an application writes; an abort leaves nothing of them", async () => {
  const project = await sluice.project({ rows: 500, operations, soakMs: 10, keepMs: 10 })
  const schema = async (): Promise<readonly string[]> =>
    (await project.dump()).filter((line) => !/^INSERT INTO|setval/.test(line))
  const before = await schema()
  const application = startApplication({
    name: "application",
    url: project.database.url,
    workload: { table: { name: "public.people", key: "id" }, statements, existingKeys: { first: 1, last: 500 } },
  })
  try {
    await project.start()
    await project.pass("dual-write")
    await project.atGate("switch")
    expect(await schema()).not.toEqual(before)
    await project.send("abort")
    await project.ended("aborted")
    expect(await schema()).toEqual(before)
    await application.makes(50)
    await project.start()
    await project.pass("dual-write", "switch", "contract", "purge")
    await project.ended("completed")
    await application.makes(50)
  } finally {
    await expectUnharmed(application)
  }
  const indexes = await project.database.query(
    "SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = 'public.people'::regclass AND indisvalid ORDER BY 1",
  )
  expect(indexes.map(({ definition }) => definition)).toEqual([
    'CREATE INDEX people_search_idx ON public.people USING btree (name DESC NULLS LAST, email COLLATE "C")',
    "CREATE UNIQUE INDEX people_email_key ON public.people USING btree (email, id)",
    "CREATE UNIQUE INDEX people_pkey ON public.people USING btree (id)",
  ])
})
