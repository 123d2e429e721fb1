import type { Config } from "../src/config/config.ts"
import type { AttemptRecorder } from "../src/ledger/attempts.ts"
import type { Ledger } from "../src/ledger/chain.ts"
import type { Control } from "../src/ledger/control.ts"

/** What activities are made from, put together once by src/worker. */
export interface ActivityDeps {
  /** As sluice.yaml stands at this moment: asked anew by each attempt, never kept. */
  readonly config: () => Config
  readonly control: Control
  readonly ledger: Ledger
  readonly recorder: AttemptRecorder
  /** Renders the run's report from the ledger and keeps it beside the configuration. */
  readonly writeReport: (run: string) => Promise<void>
}
