import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { previewAbort } from "../../src/app/abort-preview.ts"
import { undo } from "../../src/app/undo.ts"
import { uninstall } from "../../src/app/uninstall.ts"
import { startApplication } from "../harness/live-writer.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto, newNames, oldNames, splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** Names that the two parts don't give back: blanks inside and behind. */
const schema = `
  UPDATE public.people SET name = 'Prince' || id || repeat(' ', 2) WHERE id % 3 = 0;
  UPDATE public.people SET name = 'Person   ' || id || ' of ' || id WHERE id % 3 = 1;
  CREATE INDEX people_name_lower ON public.people (lower(name));
  COMMENT ON COLUMN public.people.name IS 'as they say it'`

const dropName = `
  - drop_column: {table: people, column: name, down: "'nobody'"}
`

const undoOf = (project: Project, reason?: string) =>
  undo(project.app, { run: project.run, ...(reason !== undefined && { reason }) })

/** Rows by their own columns, and the schema without the places of columns. */
async function content(project: Project): Promise<unknown> {
  const schemaLines = (await project.dump()).filter((line) => !/^INSERT INTO |setval/.test(line))
  return {
    rows: await project.database.query("SELECT to_jsonb(p)::text AS row FROM public.people AS p ORDER BY id"),
    schema: schemaLines.map((line) => line.replace(/,$/, "")).toSorted(),
  }
}

async function back(project: Project): Promise<void> {
  await project.pass("new-writers-gone")
  await project.ended("aborted")
}

describe("of a run that keeps the old shape", () => {
  test("undo is what abort is there, stands in the ledger as itself, and not sooner", async () => {
    const project = await sluice.project({ rows: 300, operations: splitName, schema, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.goTo("contract")
    await expect(undoOf(project)).rejects.toMatchObject({ code: "UNDO_TOO_EARLY" })
    await project.pass("contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    expect(await undoOf(project, "wanted back")).toMatchObject({ run: project.run, accepted: true, state: "aborting" })
    await expect(undoOf(project)).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    await back(project)
    expect(await project.dump()).toEqual(before)
    const decisions = (await project.entries("decision.accepted")).map(({ detail }) => [
      detail["verb"],
      detail["reason"],
    ])
    expect(decisions).toContainEqual(["undo", "wanted back"])
    const [refused] = await project.entries("decision.refused")
    expect(refused?.detail).toMatchObject({ verb: "undo", refusal: { code: "UNDO_TOO_EARLY" } })
    await expect(undoOf(project)).rejects.toMatchObject({ code: "RUN_ENDED" })
  })
})

describe("of a completed run", () => {
  test("undo brings back every byte, twice, and the run may be done again", async () => {
    const project = await sluice.project({ rows: 3_000, operations: splitName, schema, gates: auto })
    const before = await content(project)
    for (const time of [1, 2]) {
      await project.start()
      const completed = await project.ended("completed")
      expect(completed.choices).toEqual([`sluice undo ${project.run}`])
      expect(await content(project)).not.toEqual(before)
      expect(await previewAbort(project.app, project.run, "undo")).toMatchObject({
        refused: false,
        fromArchive: true,
        withoutWayBack: [],
        newShapeInUse: true,
      })
      expect(await undoOf(project, `time ${time}`)).toMatchObject({ run: project.run, state: "aborting" })
      await project.atGate("new-writers-gone")
      await back(project)
      if (time === 1) await project.keepHistory("undone-after-purge")
      expect(await content(project)).toEqual(before)
      // The last archive's schema goes with it, and comes again with the next.
      expect(await project.database.query("SELECT FROM pg_namespace WHERE nspname = 'sluice_archive'")).toEqual([])
    }
    expect(await project.database.query("SELECT id FROM sluice.revision")).toEqual([])
    const states = (await project.entries("run.state")).map(({ detail }) => detail["state"])
    expect(states).toContain("aborting")
    expect((await project.entries("run.ended")).map(({ detail }) => [detail["state"], detail["reason"]])).toEqual([
      ["completed", null],
      ["aborted", "time 2"],
    ])
    expect((await project.status()).steps.filter(({ id }) => id === "purge/drop")).toMatchObject([{ state: "undone" }])
  })

  test("nothing fails and nothing is lost while applications write all the way back", async () => {
    const project = await sluice.project({ rows: 3_000, operations: splitName, schema, gates: auto })
    const untouched = "SELECT id::text, name FROM public.people WHERE id % 2 = 0 AND id <= 3000 ORDER BY id"
    const values = await project.database.query(untouched)
    await project.start()
    await project.ended("completed")
    const application = startApplication({
      name: "application",
      url: project.database.url,
      workload: {
        table: { name: "public.people", key: "id" },
        statements: newNames,
        existingKeys: { first: 1, last: 3_000, only: { remainder: 1, of: 2 } },
      },
    })
    try {
      await application.makes(100)
      await undoOf(project)
      await project.atGate("new-writers-gone")
      await application.makes(50)
      await application.use([...newNames, ...oldNames])
      await application.makes(50)
      await application.use(oldNames)
      await application.makes(20)
      await back(project)
      await application.makes(20)
      expect((await application.stop()).failures).toEqual({})
      const inOldShape = {
        first_name: "split_part(name, ' ', 1)",
        last_name: "ltrim(substr(name, strpos(name || ' ', ' ')))",
      }
      expect((await application.compare({ columns: inOldShape })).examples).toEqual([])
    } finally {
      await application.close()
    }
    expect(await project.database.query(untouched)).toEqual(values)
  })

  test("undo needs no archive where nothing was dropped", async () => {
    const project = await sluice.project({ rows: 100, gates: auto })
    const before = await project.dump()
    await project.start()
    await project.ended("completed")
    expect(await previewAbort(project.app, project.run, "undo")).toMatchObject({ fromArchive: false, refused: false })
    await undoOf(project)
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("undo is refused while a later revision stands on the same table, and right once that is undone", async () => {
    const project = await sluice.project({ rows: 100, gates: auto })
    const first = await project.start()
    await project.ended("completed")
    await project.addRevision(
      "0002_domain",
      "0001_change",
      `\n  - add_column: {table: people, column: {name: domain, type: text}, up: "split_part(email, '@', 2)"}\n`,
    )
    const second = await project.start()
    await project.ended("completed")
    project.follow(first)
    await expect(undoOf(project)).rejects.toMatchObject({ code: "LATER_REVISION", kind: "RefusedError" })
    const [refused] = await project.entries("decision.refused")
    expect(refused?.detail).toMatchObject({ verb: "undo", refusal: { code: "LATER_REVISION" } })
    expect((await project.status()).state).toBe("completed")
    for (const run of [second, first]) {
      project.follow(run)
      await undoOf(project)
      await project.ended("aborted")
    }
    expect(await project.database.query("SELECT id FROM sluice.revision")).toEqual([])
  })

  test("undo is refused while another run works on the table", async () => {
    const project = await sluice.project({ rows: 100, gates: auto })
    const first = await project.start()
    await project.ended("completed")
    await project.addRevision(
      "0002_note",
      "0001_change",
      `\n  - add_column: {table: people, column: {name: note, type: text}, up: "name"}\n`,
    )
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    const second = await project.start()
    await project.until("expand", ({ phase }) => phase === "expand")
    project.follow(first)
    await expect(undoOf(project)).rejects.toMatchObject({
      code: "LATER_REVISION",
      finding: { message: expect.stringContaining(second.run) },
    })
    await held.release()
    project.follow(second)
    await project.ended("completed")
  })

  test("undo is refused where a step has no way back, and says which and what that costs", async () => {
    const project = await sluice.project({
      rows: 10,
      gates: auto,
      operations: `\n  - sql: {up: "CREATE TABLE extra (id bigint)"}\n`,
    })
    await project.start()
    await project.ended("completed")
    await expect(undoOf(project)).rejects.toMatchObject({
      code: "NO_WAY_BACK",
      kind: "RefusedError",
      finding: { message: expect.stringContaining("extra"), hint: expect.stringContaining("backup") },
    })
  })

  test("undo is refused where the archive, or the journal, is gone", async () => {
    const project = await sluice.project({ rows: 10, gates: auto, operations: dropName })
    await project.start()
    await project.ended("completed")
    await project.database.query("ALTER TABLE sluice_archive.people_0001_change RENAME TO away")
    await expect(undoOf(project)).rejects.toMatchObject({
      code: "ARCHIVE_MISSING",
      finding: { message: expect.stringContaining("sluice_archive.people_0001_change") },
    })
    await project.database.query("ALTER TABLE sluice_archive.away RENAME TO people_0001_change")
    expect(await uninstall(project.app, project.target.name)).toEqual(
      expect.arrayContaining(["archive sluice_archive.people_0001_change", "schema sluice_archive", "schema sluice"]),
    )
    await expect(undoOf(project)).rejects.toMatchObject({ code: "RUN_UNKNOWN" })
    const [left] = await project.database.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sluice%'")
    expect(left).toBeUndefined()
  })
})

describe("of a run that purges", () => {
  test("undo gives the purge up where it has stopped, also where the workflow was lost, and abort is refused", async () => {
    for (const lost of [false, true]) {
      const project = await sluice.project({
        rows: 300,
        operations: splitName,
        schema,
        gates: { ...auto, purge: "manual" },
        limits: { lockBudgetMs: 300, lockTimeoutMs: 50 },
      })
      const before = await project.dump()
      await project.start()
      await project.atGate("purge")
      const held = await project.hold("SELECT FROM public.people LIMIT 1")
      await project.send("proceed", { gate: "purge" })
      const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
      expect(stopped.choices).toContain(`sluice undo ${project.run}`)
      await held.release()
      if (lost) await project.inTemporal((handle) => handle.terminate("test"))
      await expect(project.send("abort")).rejects.toMatchObject({ code: "PURGED" })
      await undoOf(project)
      await back(project)
      expect(await project.dump()).toEqual(before)
    }
  })

  test("one whose undo lost its workflow is taken up by retry", async () => {
    const project = await sluice.project({ rows: 300, operations: splitName, schema, gates: auto })
    const before = await content(project)
    await project.start()
    await project.ended("completed")
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await undoOf(project, "first said")
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("retry")
    await held.release()
    await back(project)
    expect(await content(project)).toEqual(before)
    const ended = (await project.entries("run.ended")).map(({ detail }) => detail["reason"])
    expect(ended).toEqual([null, "first said"])
  })
})
