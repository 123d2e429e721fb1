import type { Gates } from "../domain/gate.ts"
import type { Strategy } from "../domain/plan.ts"
import type { VersionRoles } from "../domain/versions.ts"

/** What a plan takes from its target's configuration: all of it is in the plan's hash. */
export interface PlanTarget {
  readonly name: string
  /** At least one; the first is where unqualified names of revisions live. */
  readonly schemas: readonly string[]
  readonly versions: {
    readonly schemas: boolean
    readonly roles: VersionRoles
  }
  readonly gates: Gates
  readonly soakMs: number
  readonly keepMs: number
  readonly strategy: Strategy
}
