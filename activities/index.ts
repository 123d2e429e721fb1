import { createBackupActivities } from "./backup.ts"
import { createDecisionActivities } from "./decisions.ts"
import type { ActivityDeps } from "./deps.ts"
import { createPlanningActivities } from "./planning.ts"
import { createRunActivities } from "./runs.ts"
import { createStepActivities } from "./steps.ts"

/** All activities by their names, made from one set of dependencies. */
export function createActivities(deps: ActivityDeps) {
  return {
    ...createPlanningActivities(deps),
    ...createBackupActivities(deps),
    ...createStepActivities(deps),
    ...createDecisionActivities(deps),
    ...createRunActivities(deps),
  }
}
