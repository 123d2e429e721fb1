import { afterEach, beforeAll, expect, test } from "vitest"
import { performStep } from "../../src/execution/perform-step.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { people, splitName } from "../operations/archive/splitting.ts"
import { Purging } from "../operations/archive/purging.ts"
import { attemptOf } from "./setting.ts"

let change: Purging
beforeAll(loadParser)
afterEach(() => change.end())

test("nothing is dropped where the archive that was filled and compared is another one now", async () => {
  change = await Purging.begin(people, splitName)
  await change.through("purge/people/compare")
  const told = doneSteps(change)
  const drop = change.step("purge/drop")
  if (drop.action !== "sql") throw new Error("purge/drop is no SQL step")
  // As a standby had it that lagged behind: the archive is there, its rows and their comparison aren't.
  await change.query("TRUNCATE sluice_archive.people_0002_drop")
  await change.query("DELETE FROM sluice.journal WHERE step IN ('purge/people/copy', 'purge/people/compare')")

  await expect(performStep({ ...change.run, told }, drop, attemptOf(), change.witness)).rejects.toMatchObject({
    kind: "RefusedError",
    code: "TARGET_WENT_BACK",
    message: expect.stringMatching(/purge\/people\/copy, purge\/people\/compare/) as string,
  })
})

test("a target that has all of it goes on", async () => {
  change = await Purging.begin(people, splitName)
  await change.through("purge/people/compare")
  const told = doneSteps(change)
  const drop = change.step("purge/drop")
  if (drop.action !== "sql") throw new Error("purge/drop is no SQL step")
  expect(await performStep({ ...change.run, told }, drop, attemptOf(), change.witness)).toBe("done")
})

/** Every step before the drop, as the control database has them. */
function doneSteps({ plan }: Purging): readonly string[] {
  const ids = plan.steps.map(({ id }) => id)
  return ids.slice(0, ids.indexOf("purge/people/compare") + 1)
}
