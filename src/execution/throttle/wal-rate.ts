import { formatByteSize } from "../../domain/byte-size.ts"
import { readPosition } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import { Allowance } from "./allowance.ts"
import { blind, busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"

/** Rests while the server, whoever makes it do so, writes its log faster than replicas, archive and disks should bear. */
export class WalRate implements ThrottleSource {
  readonly name = "WAL rate"
  #allowance = new Allowance()

  isOn({ maxWalBytesPerSecond }: Pick<ThrottleSettings, "maxWalBytesPerSecond">): boolean {
    return maxWalBytesPerSecond !== null
  }

  async sight(session: Session): Promise<Unseen | null> {
    const position = await readPosition(session)
    return position.readable ? null : { code: "THROTTLE_UNSEEN", ...position }
  }

  async read(session: Session, { maxWalBytesPerSecond }: ThrottleSettings): Promise<Reading> {
    const position = await readPosition(session)
    if (!position.readable) return blind(position.reason)
    if (maxWalBytesPerSecond === null) return clear
    const owed = this.#allowance.owed(Date.now(), position.value, maxWalBytesPerSecond)
    if (owed === 0) return clear
    const limit = formatByteSize(maxWalBytesPerSecond)
    return busy(`${formatByteSize(owed)} too much of the log were written lately (limit ${limit}/s, maxWalRate)`)
  }

  async forget(): Promise<void> {
    this.#allowance = new Allowance()
  }
}
