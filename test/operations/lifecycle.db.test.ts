import { beforeAll, describe, test } from "vitest"
import { operations } from "../../src/operations/index.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Lifecycle } from "../harness/lifecycle.ts"
import { thereAndBackAndThere } from "../harness/there-and-back.ts"

beforeAll(loadParser)

// Raw SQL may leave what it does without a way back, and is opaque to the catalog's model: it has tests of its own.
const declared = operations.filter(({ kind }) => kind !== "sql")

describe.each(declared.map((operation) => [operation.kind, operation] as const))("%s", (_, operation) => {
  test.each(operation.examples.map((example) => [example.title, example] as const))(
    "%s: there and back, and there",
    async (_, example) => {
      const life = await Lifecycle.begin(operation, example)
      try {
        await thereAndBackAndThere(life)
      } finally {
        await life.end()
      }
    },
  )
})
