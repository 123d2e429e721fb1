import { expect, test } from "vitest"
import { noWayBack, withoutWayBack } from "../../src/recovery/way-back.ts"
import { sql } from "../../src/sql/sql.ts"
import { stepOf } from "../execution/setting.ts"

const observe = sql`SELECT 'before'`
const oneWay = stepOf({ id: "one-way", summary: "Cut it off", sql: sql`SELECT 1`, observe })
const twoWays = stepOf({ id: "two-ways", sql: sql`SELECT 1`, undo: sql`SELECT 2`, observe })
const onlyBack = stepOf({ id: "only-back", back: true, sql: sql``, observe })

test("a step without an undo stands against the way back once it is done, or may be", () => {
  const plan = { steps: [oneWay, twoWays, onlyBack] }
  const stuck = (state: "done" | "running" | "pending" | "failed" | "skipped") =>
    withoutWayBack(
      plan,
      plan.steps.map(({ id }) => ({ id, state })),
    ).map(({ id }) => id)
  expect(stuck("done")).toEqual(["one-way"])
  expect(stuck("running")).toEqual(["one-way"])
  for (const state of ["pending", "failed", "skipped"] as const) expect(stuck(state)).toEqual([])
})

test("what stands against it is named, with its cost, and with an abort where that still leads anywhere", () => {
  expect(noWayBack({ run: "r-1", state: "completed" }, [])).toBeNull()
  const ended = noWayBack({ run: "r-1", state: "completed" }, [oneWay])
  expect(ended).toMatchObject({ code: "NO_WAY_BACK", message: expect.stringContaining('"Cut it off"') })
  expect(ended?.hint).toContain("every write since")
  expect(ended?.hint).not.toContain("sluice abort")
  expect(noWayBack({ run: "r-1", state: "running" }, [oneWay])?.hint).toContain("sluice abort r-1")
})
