import type { TriggerSet } from "../domain/trigger-set.ts"
import { triggerParts, type TriggerPart } from "../operations/sync/trigger-parts.ts"
import type { Session } from "../postgres/session.ts"

/**
 * Sets of triggers as they were at a moment at which what they keep was known to be equal (just made, or compared), by
 * the names of their functions. Kept with the journal's row, because transaction ids don't tell what came after it: a
 * transaction may be older than a comparison, and touch a trigger later.
 */
export type KnownParts = Readonly<Record<string, readonly TriggerPart[]>>

/** Asked beforehand as well, it answers sooner under locks: see `Session.ask`. */
export async function partsNow(session: Session, sets: readonly TriggerSet[]): Promise<KnownParts> {
  const parts: Record<string, readonly TriggerPart[]> = {}
  for (const set of sets) parts[set.function] = await session.ask<TriggerPart>(triggerParts(set))
  return parts
}

/** As they were known last, by another step than `besides`; null: never, or by an earlier version. */
export async function partsKnown(
  session: Session,
  run: string,
  set: TriggerSet,
  besides: readonly string[] = [],
): Promise<readonly TriggerPart[] | null> {
  const [row] = await session.query<{ parts: readonly TriggerPart[] }>(
    `SELECT parts->$2 AS parts
       FROM sluice.journal
      WHERE run = $1
        AND parts ? $2
        AND step <> ALL ($3)
      ORDER BY seq DESC
      LIMIT 1`,
    [run, set.function, besides],
  )
  return row?.parts ?? null
}

/** Whatever isn't the same: written anew, gone, or new. */
export function changed(known: readonly TriggerPart[], now: readonly TriggerPart[]): readonly TriggerPart[] {
  return [
    ...now.filter((part) => !has(known, part)),
    ...known.filter((part) => !now.some((other) => isOne(other, part))),
  ]
}

/** What was there and was written anew since; partitions that came or went are their owner's affair. */
export function rewritten(known: readonly TriggerPart[], now: readonly TriggerPart[]): readonly TriggerPart[] {
  return now.filter((part) => !has(known, part) && known.some((other) => isOne(other, part)))
}

function has(parts: readonly TriggerPart[], part: TriggerPart): boolean {
  return parts.some((other) => isOne(other, part) && other.version === part.version)
}

function isOne(a: TriggerPart, b: TriggerPart): boolean {
  return a.kind === b.kind && a.oid === b.oid
}
