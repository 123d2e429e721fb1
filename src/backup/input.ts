import type { Config, Secret, TargetConfig } from "../config/config.ts"
import type { Plan } from "../domain/plan.ts"
import type { Control } from "../ledger/control.ts"

/** What every use of a backup has to know. */
export interface BackupContext {
  readonly target: TargetConfig
  readonly config: Pick<Config, "backups">
  /** Where the register and the ledger are. */
  readonly control: Control
  /** Who asked for it. Default `sluice`. */
  readonly actor?: string
  /** The server for test restores where neither configuration nor the target's role allow another. */
  readonly fallbackScratchUrl?: Secret | null
}

export interface BackupInput extends BackupContext {
  /** Null: nobody's run asked for it. */
  readonly run: string | null
  /** The data of the tables that it touches is backed up; null: of all tables in the target's schemas. */
  readonly plan: Plan | null
}
