import type { TargetRun } from "../target-run.ts"
import { ArchiveLag } from "./archive-lag.ts"
import { LockWaiters } from "./lock-waiters.ts"
import { ProbeHealth } from "./probe-health.ts"
import { ReplicaLag } from "./replica-lag.ts"
import { SlotLag } from "./slot-lag.ts"
import type { ThrottleSource } from "./source.ts"
import { WalRate } from "./wal-rate.ts"

/** Everything that can stop a backfill of the run, beside an operator: one file each. */
export function createSources({ run, target }: Pick<TargetRun, "run" | "target">): readonly ThrottleSource[] {
  return [
    new LockWaiters(),
    new ReplicaLag(run),
    new SlotLag(),
    new ArchiveLag(),
    new WalRate(),
    ...target.probes.map((probe) => new ProbeHealth(probe, target.url)),
  ]
}
