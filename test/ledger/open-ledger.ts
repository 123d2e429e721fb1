import { onTestFinished } from "vitest"
import { Ledger } from "../../src/ledger/chain.ts"
import { openControl, migrateControl, type Control, type ControlOptions } from "../../src/ledger/control.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"

export interface OpenLedger {
  readonly database: TestDatabase
  readonly control: Control
  readonly ledger: Ledger
  /** Runs SQL as somebody who has got hold of the database and switched its triggers off. */
  tamper(text: string): Promise<void>
}

/** A control database of the test's own, set up; gone after the test. */
export async function openLedger(options: ControlOptions = {}): Promise<OpenLedger> {
  const database = await createDatabase({ prefix: "control" })
  const control = openControl(database.url, options)
  onTestFinished(async () => {
    await control.close()
    await database.drop()
  })
  await migrateControl(control)
  const triggers = ["refuse_change", "refuse_truncate"]
  const set = (how: string) =>
    triggers.map((name) => `ALTER TABLE sluice_control.entry ${how} TRIGGER ${name};`).join("")
  return {
    database,
    control,
    ledger: new Ledger(control),
    tamper: async (text) => void (await database.query(`${set("DISABLE")} ${text}; ${set("ENABLE ALWAYS")}`)),
  }
}

/** `count` entries of one run, one after the other. */
export async function appendSome(ledger: Ledger, count: number, run = "shop-1"): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await ledger.append({ actor: "ann", kind: "run.state", run, detail: { number } })
  }
}
