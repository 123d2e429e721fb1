import { beforeAll, describe, test } from "vitest"
import { operations } from "../../src/operations/index.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Lifecycle } from "../harness/lifecycle.ts"

beforeAll(loadParser)

// Raw SQL may leave what it does without a way back, and is opaque to the catalog's model: it has tests of its own.
const declared = operations.filter(({ kind }) => kind !== "sql")

describe.each(declared.map((operation) => [operation.kind, operation] as const))("%s", (_, operation) => {
  test.each(operation.examples.map((example) => [example.title, example] as const))(
    "%s: there and back, and there",
    async (_, example) => {
      const life = await Lifecycle.begin(operation, example)
      try {
        await life.writeOld()
        await life.perform("expand")
        await life.writeOld()
        await life.undo("expand")
        await life.expectUntouched()

        await life.perform("expand")
        await life.writeOld()
        await life.perform("backfill")
        await life.writeOld()
        await life.undo("expand", "backfill")
        await life.expectUntouched()

        await life.perform("expand")
        await life.perform("backfill")
        await life.perform("contract")
        await life.expectContracted()
        await life.undo("expand", "backfill", "contract")
        await life.expectUntouched()

        await life.perform("expand")
        await life.breakOffBackfill()
        await life.writeOld()
        await life.perform("backfill")
        await life.writeOld()
        await life.perform("verify")
        await life.writeNew()
        await life.writeOld()
        await life.perform("contract")
        await life.expectContracted()
        await life.writeNew()

        await life.undo("contract")
        await life.writeOld()
        await life.writeNew()
        await life.perform("verify")
        await life.perform("contract")
        await life.expectContracted()

        await life.perform("purge")
        await life.expectContracted()
        await life.expectNothingOfOurs()
      } finally {
        await life.end()
      }
    },
  )
})
