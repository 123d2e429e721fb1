import type { Finding } from "../../domain/finding.ts"
import { runDataChecks } from "../../postgres/data-checks.ts"
import type { Session } from "../../postgres/session.ts"
import type { ExecutionObserver, TargetRun } from "../target-run.ts"

/** Under this name the keys are kept: no step has found them. */
export const precheckName = "precheck"

/** The rows fit into the new shape. */
export async function checkData(
  session: Session,
  { plan }: TargetRun,
  observer: Pick<ExecutionObserver, "offendingKeys"> | undefined,
): Promise<readonly Finding[]> {
  const { findings, keys } = await runDataChecks(session, plan.dataChecks)
  for (const found of keys) await observer?.offendingKeys(precheckName, found.code, found.relation, found.keys)
  return findings
}
