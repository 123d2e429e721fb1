import { formatByteSize } from "../../domain/byte-size.ts"
import { readSlots, type Slot } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import { blind, busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"
import { Threshold } from "./threshold.ts"

/** Of its last fifth before `max_slot_wal_keep_size` takes its log away, a slot keeps out. */
const dangerousShare = 0.8

/**
 * Rests while a replication slot, whose consumer is behind or away, keeps too much of the log on disk, and while one is
 * about to lose what its consumer still needs.
 */
export class SlotLag implements ThrottleSource {
  readonly name = "slot lag"
  readonly everyMs = 1_000
  readonly #kept = new Threshold(0.8)
  readonly #used = new Threshold(0.9)

  isOn({ maxSlotLagBytes }: Pick<ThrottleSettings, "maxSlotLagBytes">): boolean {
    return maxSlotLagBytes !== null
  }

  async sight(session: Session): Promise<Unseen | null> {
    const slots = await readSlots(session)
    return slots.readable ? null : { code: "THROTTLE_UNSEEN", ...slots }
  }

  async read(session: Session, { maxSlotLagBytes }: ThrottleSettings): Promise<Reading> {
    const slots = await readSlots(session)
    if (!slots.readable) return blind(slots.reason)
    const [most] = slots.value.toSorted((a, b) => (b.keptBytes ?? 0) - (a.keptBytes ?? 0))
    const kept = most?.keptBytes ?? 0
    if (most && this.#kept.isPassedBy(kept, maxSlotLagBytes ?? Infinity)) {
      const limit = formatByteSize(maxSlotLagBytes ?? 0)
      return busy(`slot ${most.name} keeps ${formatByteSize(kept)} of the log (limit ${limit}, maxSlotLag)`)
    }
    const endangered = slots.value.toSorted((a, b) => shareOf(b) - shareOf(a))[0]
    if (endangered && this.#used.isPassedBy(shareOf(endangered), dangerousShare)) {
      return busy(`slot ${endangered.name} is about to lose its log (max_slot_wal_keep_size)`)
    }
    return clear
  }

  async forget(): Promise<void> {
    this.#kept.forget()
    this.#used.forget()
  }
}

/** How much it has used up of what it may keep. A lost slot has nothing to lose. */
function shareOf({ usedShare, walStatus }: Slot): number {
  if (walStatus === "unreserved") return 1
  return walStatus === "lost" ? 0 : (usedShare ?? 0)
}
