import { z } from "zod"
import { UserError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"

/** What `sluice tune` can set while a run goes on. */
const knobSchemas = {
  batchDurationMs: z.number().int().min(5).max(60_000),
  parallelRanges: z.number().int().min(1).max(32),
  lockTimeoutMs: z.number().int().min(1).max(60_000),
  maxReplicaLagMs: z.number().int().min(0).nullable(),
  paused: z.boolean(),
} as const

export const knobNames = ["batchDurationMs", "parallelRanges", "lockTimeoutMs", "maxReplicaLagMs", "paused"] as const
export type KnobName = (typeof knobNames)[number]
export type Knobs = { readonly [name in KnobName]?: z.infer<(typeof knobSchemas)[name]> }

const knobsSchema = z.strictObject({
  batchDurationMs: knobSchemas.batchDurationMs.exactOptional(),
  parallelRanges: knobSchemas.parallelRanges.exactOptional(),
  lockTimeoutMs: knobSchemas.lockTimeoutMs.exactOptional(),
  maxReplicaLagMs: knobSchemas.maxReplicaLagMs.exactOptional(),
  paused: knobSchemas.paused.exactOptional(),
})

/** What has been tuned for a run; what hasn't is missing. */
export async function readKnobs(session: Session, run: string): Promise<Knobs> {
  const rows = await session.query<{ name: string; value: unknown }>(
    "SELECT name, value FROM sluice.knob WHERE run = $1",
    [run],
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

function parseKnobs(value: unknown): Knobs {
  const parsed = knobsSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UserError({
    code: "KNOB_INVALID",
    subject: issue?.path.join(".") || "knobs",
    message: `a knob can't be set so: ${issue?.message ?? "invalid"}`,
    hint: `Knobs are ${knobNames.join(", ")}; durations in milliseconds.`,
  })
}
