import { expect, test } from "vitest"
import { parentFindings } from "../../src/revisions/parents-applied.ts"

test("a revision that is applied without one that it builds on is warned of", () => {
  const applied = [
    { id: "0002_more", parents: ["0001_first"] },
    { id: "0003_last", parents: ["0002_more"] },
    { id: "0004_alone", parents: [] },
  ]
  expect(parentFindings(applied, "shop")).toMatchObject([
    {
      code: "PARENT_NOT_APPLIED",
      severity: "warning",
      subject: "0002_more",
      message: expect.stringContaining("0001_first"),
    },
  ])
  expect(parentFindings([{ id: "0001_first", parents: [] }, ...applied], "shop")).toEqual([])
})
