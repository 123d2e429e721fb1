import { formatByteSize } from "../../domain/byte-size.ts"
import { archives, readArchiveBacklog } from "../../postgres/archiving.ts"
import type { Session } from "../../postgres/session.ts"
import { blind, busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"
import { Threshold } from "./threshold.ts"

/** Rests while too much of the log waits to be archived: it fills the disk, and a restore would miss it. */
export class ArchiveLag implements ThrottleSource {
  readonly name = "archiving"
  readonly everyMs = 2_000
  readonly #threshold = new Threshold(0.5)

  isOn({ maxArchiveLagBytes }: Pick<ThrottleSettings, "maxArchiveLagBytes">): boolean {
    return maxArchiveLagBytes !== null
  }

  async sight(session: Session): Promise<Unseen | null> {
    if (!(await archives(session)) || (await readArchiveBacklog(session))) return null
    const reason = "the archiver hasn't said yet what it archived last"
    return {
      code: "THROTTLE_UNSEEN",
      reason,
      hint: "GRANT pg_monitor to the role: the files that wait can then be counted.",
    }
  }

  async read(session: Session, { maxArchiveLagBytes }: ThrottleSettings): Promise<Reading> {
    if (!(await archives(session))) return clear
    const backlog = await readArchiveBacklog(session)
    if (!backlog) return blind("the archiver doesn't say any more what it archived last")
    if (maxArchiveLagBytes === null || !this.#threshold.isPassedBy(backlog.bytes, maxArchiveLagBytes)) return clear
    const limit = `(limit ${formatByteSize(maxArchiveLagBytes)}, maxArchiveLag)`
    const why = backlog.isFailing ? "; the archiver's last attempt failed" : ""
    return busy(`${formatByteSize(backlog.bytes)} of the log wait to be archived ${limit}${why}`)
  }

  async forget(): Promise<void> {
    this.#threshold.forget()
  }
}
