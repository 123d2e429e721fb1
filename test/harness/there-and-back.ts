import type { Lifecycle } from "./lifecycle.ts"

/** Through every phase, with an undo from each in between; applications write all the while. */
export async function thereAndBackAndThere(life: Lifecycle): Promise<void> {
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
  await life.perform("backfill")
  await life.writeOld()
  await life.perform("contract")
  await life.perform("purge")
  await life.expectContracted()
  await life.undo("expand", "backfill", "contract", "purge")
  await life.expectRestored()

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
}
