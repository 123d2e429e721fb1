import { afterEach, beforeEach, expect, test } from "vitest"
import { openControl } from "../../src/ledger/control.ts"
import { Ledger } from "../../src/ledger/chain.ts"
import { Bench } from "../app/bench.ts"
import { appendSome } from "../ledger/open-ledger.ts"
import { sluice } from "./sluice.ts"

let bench: Bench
beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
  const control = openControl(bench.control.urlAs(bench.role))
  await appendSome(new Ledger(control), 6)
  await control.close()
})
afterEach(() => bench.end())

const verify = (...args: readonly string[]) => sluice(bench.folder, ["audit", "verify", ...args], bench.env)

/** Does this to the entries as somebody who may switch their triggers off. */
async function tamper(statements: string): Promise<void> {
  await bench.control.query(`
    ALTER TABLE sluice_control.entry DISABLE TRIGGER ALL; ${statements}; ALTER TABLE sluice_control.entry ENABLE TRIGGER ALL`)
}

test("audit verify exits with 0 where the chain holds, and says its head", async () => {
  const { code, stdout, stderr } = await verify()
  expect([code, stderr]).toEqual([0, ""])
  expect(stdout).toMatch(/^The chain holds: 6 entries, head [0-9a-f]{64}\n/)
})

test.each([
  ["changed", "UPDATE sluice_control.entry SET actor = 'eve' WHERE seq = 4", "LEDGER_CHANGED", "ledger entry 4"],
  ["missing", "DELETE FROM sluice_control.entry WHERE seq = 3", "LEDGER_MISSING", "ledger entry 3"],
  [
    "swapped",
    `UPDATE sluice_control.entry SET seq = 1000 WHERE seq = 2;
     UPDATE sluice_control.entry SET seq = 2 WHERE seq = 5;
     UPDATE sluice_control.entry SET seq = 5 WHERE seq = 1000`,
    "LEDGER_SWAPPED",
    "ledger entry 2",
  ],
])("audit verify exits with 1 where a row was %s, and says which", async (_what, statements, problem, subject) => {
  await tamper(statements)
  const asJson = await verify("--json")
  expect([asJson.code, asJson.stderr]).toEqual([1, ""])
  expect(asJson.json()).toMatchObject({ valid: false, problem: { code: problem, subject } })
  const asText = await verify()
  expect(asText.code).toBe(1)
  expect(asText.stdout).toContain("The chain does not hold")
  expect(asText.stdout).toContain(problem)
})
