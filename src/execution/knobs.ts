import { z } from "zod"
import { limitDefinitions, type LimitName } from "../config/limit-definitions.ts"
import { UserError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"

/** What `sluice tune`, pause and resume can set while a run goes on: the limits, and two switches. */
const knobsSchema = z.strictObject({
  lockTimeoutMs: numberOf("lockTimeout").exactOptional(),
  lockBudgetMs: numberOf("lockBudget").exactOptional(),
  batchDurationMs: numberOf("batchDuration").exactOptional(),
  parallelRanges: numberOf("parallelRanges").exactOptional(),
  restRatio: numberOf("restRatio").exactOptional(),
  maxReplicaLagMs: numberOf("maxReplicaLag").nullable().exactOptional(),
  maxSlotLagBytes: numberOf("maxSlotLag").nullable().exactOptional(),
  maxArchiveLagBytes: numberOf("maxArchiveLag").nullable().exactOptional(),
  maxWalBytesPerSecond: numberOf("maxWalRate").nullable().exactOptional(),
  watchProbes: z.boolean().exactOptional(),
  paused: z.boolean().exactOptional(),
})

export type Knobs = Readonly<z.infer<typeof knobsSchema>>
export type KnobName = keyof Knobs
export const knobNames = Object.keys(knobsSchema.shape) as readonly KnobName[]

function numberOf(limit: LimitName): z.ZodNumber {
  const { least, most } = limitDefinitions[limit]
  return z.number().int().min(least).max(most)
}

/** Where the time of the last word on a pause stands beside the knobs; nobody's to set. */
const pauseTold = "pauseTold"

/** What has been tuned for a run; what hasn't is missing. */
export async function readKnobs(session: Session, run: string): Promise<Knobs> {
  const rows = await session.query<{ name: string; value: unknown }>(
    "SELECT name, value FROM sluice.knob WHERE run = $1 AND name <> $2",
    [run, pauseTold],
  )
  return parseKnobs(Object.fromEntries(rows.map(({ name, value }) => [name, value])))
}

/** Sets those that are given, and answers all. Throws UserError KNOB_INVALID. */
export async function writeKnobs(session: Session, run: string, knobs: Knobs): Promise<Knobs> {
  for (const [name, value] of Object.entries(parseKnobs(knobs))) {
    await session.query(
      `INSERT INTO sluice.knob (run, name, value) VALUES ($1, $2, $3)
       ON CONFLICT (run, name) DO UPDATE SET value = excluded.value`,
      [run, name, JSON.stringify(value)],
    )
  }
  return readKnobs(session, run)
}

/**
 * Says whether the run's backfills rest. `decidedAt`, in epoch milliseconds by the scheduler's clock: an older word than
 * the last, from a worker that wakes up late, changes nothing.
 */
export async function writePause(session: Session, run: string, paused: boolean, decidedAt: number): Promise<void> {
  await session.query(
    `WITH newest AS (
       INSERT INTO sluice.knob (run, name, value) VALUES ($1, $2, $3)
       ON CONFLICT (run, name) DO UPDATE SET value = excluded.value
         WHERE knob.value::bigint <= excluded.value::bigint
       RETURNING run)
     INSERT INTO sluice.knob (run, name, value) SELECT run, 'paused', $4 FROM newest
     ON CONFLICT (run, name) DO UPDATE SET value = excluded.value`,
    [run, pauseTold, JSON.stringify(decidedAt), JSON.stringify(paused)],
  )
}

function parseKnobs(value: unknown): Knobs {
  const parsed = knobsSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError({
    code: "KNOB_INVALID",
    subject: issue?.path.join(".") || "knobs",
    message: `a knob can't be set so: ${issue?.message ?? "invalid"}`,
    hint: `Knobs are ${knobNames.join(", ")}; durations in milliseconds, sizes in bytes.`,
  })
}
