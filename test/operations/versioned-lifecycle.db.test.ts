import { beforeAll, describe, expect, test } from "vitest"
import { operations } from "../../src/operations/index.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { VersionedLifecycle } from "../harness/versioned-lifecycle.ts"

beforeAll(loadParser)

// Raw SQL is opaque: what its new shape is, nobody knows.
const declared = operations.filter(({ kind }) => kind !== "sql")

describe.each(declared.map((operation) => [operation.kind, operation] as const))("%s", (_, operation) => {
  test.each(operation.examples.map((example) => [example.title, example] as const))(
    "%s: each application writes its own version, until that has ended",
    async (_, example) => {
      const life = await VersionedLifecycle.begin(operation, example)
      try {
        const before = await life.definitions()
        const [old, fresh] = [await life.versions(), life.plan.versions.made.map(({ name }) => name)]
        await life.perform("expand")
        await life.perform("dual-write")
        await life.writeOld()
        await life.undo("expand", "dual-write")
        expect(await life.definitions()).toEqual(before)

        for (const phase of ["expand", "dual-write", "backfill", "verify"] as const) {
          await life.perform(phase)
          await life.writeOld()
        }
        await life.writeNew()
        await life.perform("contract")
        await life.writeNew()
        if (life.hasOldApplication) await expect(life.writeOld()).rejects.toMatchObject({ code: "42P01" })
        expect(await life.versions()).toEqual([...old.map((name) => `_sluice_${name}`), ...fresh].toSorted())

        await life.undo("contract")
        await life.writeOld()
        await life.writeNew()
        await life.perform("contract")
        await life.perform("purge")
        await life.writeNew()
        expect(await life.versions()).toEqual(fresh.toSorted())

        await life.undo("contract", "purge")
        expect(await life.versions()).toEqual([...old, ...fresh].toSorted())
        await life.writeOld()
        await life.writeNew()
        await life.perform("verify")
      } finally {
        await life.end()
      }
    },
  )
})
