import { expect, test } from "vitest"
import type { AbortPreview } from "../../src/app/abort-preview.ts"
import { acceptedText, previewText } from "../../src/cli/commands/steer.ts"

const preview: AbortPreview = {
  run: "shop-1",
  verb: "undo",
  undo: [
    { summary: "On the way back: set public.people.name NOT NULL again", back: true },
    { summary: "Hide public.people.name", back: false },
  ],
  withoutWayBack: [],
  estimateMs: 0,
  newShapeInUse: true,
  waitsForApplications: true,
  fromArchive: false,
  builtOnIt: [],
  refused: false,
}

test("what is done on the way back isn't called undone, and doesn't count as a step that goes", () => {
  expect(previewText(preview).split("\n")).toEqual([
    "Undo now: this takes back 1 step; what applications wrote into the new shape alone goes with it.",
    "  do: Set public.people.name NOT NULL again",
    "  undo: Hide public.people.name",
    "  it waits at new-writers-gone, where both shapes are there, until you say that the new application has gone",
  ])
})

test("where no old shape comes back there is no waiting for applications, and the preview says so", () => {
  expect(previewText({ ...preview, waitsForApplications: false })).toContain("it doesn't wait for applications")
  expect(previewText({ ...preview, newShapeInUse: false })).not.toContain("wait")
})

test("what builds on what goes, and stays, is named", () => {
  expect(previewText({ ...preview, builtOnIt: ["0002_more"] })).toContain("stays, without what it builds on: 0002_more")
})

test("the answer to proceed names the gate, also where the command didn't", () => {
  const answer = { accepted: true, state: "running", phase: "switch" } as const
  expect(acceptedText(answer, "switch")).toBe("Accepted: gate switch is open, and the run is running (switch).")
  expect(acceptedText(answer, undefined)).toBe("Accepted: the run is running (switch).")
})
