import { afterAll, beforeAll, expect, test } from "vitest"
import { previewAbort } from "../../src/app/abort-preview.ts"
import { undo } from "../../src/app/undo.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false}, up: "lower(name)"}
`

test("version views that were stamped after a run are named before its undo touches anything; without them it goes through", async () => {
  const project = await sluice.project({ rows: 10, operations, gates: auto })
  const before = await project.dump()
  await project.start()
  const { revisions } = await project.ended("completed")
  await project.database.query(`CREATE SCHEMA later; CREATE VIEW later.people AS SELECT * FROM public.people;
    INSERT INTO sluice.version_schema (name, base, revision) VALUES ('later', 'public', '${revisions[0]}')`)
  expect(await previewAbort(project.app, project.run, "undo")).toMatchObject({ refused: true })
  await expect(undo(project.app, { run: project.run })).rejects.toMatchObject({
    code: "DEPENDENTS_EXIST",
    finding: { message: expect.stringContaining("later.people"), hint: expect.stringContaining('DROP SCHEMA "later"') },
  })
  expect((await project.entries("decision.refused")).map(({ detail }) => detail["refusal"])).toMatchObject([
    { code: "DEPENDENTS_EXIST" },
  ])
  await project.database.query("DROP SCHEMA later CASCADE")
  await undo(project.app, { run: project.run })
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})
