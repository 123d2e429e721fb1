import { hasErrors } from "../domain/finding.ts"
import type { Finding } from "../domain/finding.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { checkConflicts } from "./precheck/conflicts.ts"
import { checkData } from "./precheck/data.ts"
import { checkDatabase } from "./precheck/database.ts"
import { checkIndexes } from "./precheck/indexes.ts"
import { checkIsolation } from "./precheck/isolation.ts"
import { checkPrivileges } from "./precheck/privileges.ts"
import { checkReplicaIdentity } from "./precheck/replica-identity.ts"
import { checkSubscribers } from "./precheck/subscribers.ts"
import { checkReplication } from "./precheck/replication.ts"
import { checkServer } from "./precheck/server.ts"
import { checkThrottle } from "./precheck/throttle.ts"
import { checkTransactions } from "./precheck/transactions.ts"
import { checkTriggers } from "./precheck/triggers.ts"
import { checkVersions } from "./precheck/versions.ts"
import { helperSessionName } from "./session-name.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"

/** One thing that precheck looks at. */
export type Check = (session: Session, run: TargetRun) => Promise<readonly Finding[]>

/** Cheap ones first; the data comes last and only where nothing else stands against the run. */
const checks: readonly Check[] = [
  checkServer,
  checkPrivileges,
  checkConflicts,
  checkIndexes,
  checkTransactions,
  checkReplicaIdentity,
  checkSubscribers,
  checkReplication,
  checkThrottle,
  checkTriggers,
  checkVersions,
  checkIsolation,
]

/**
 * Everything that can be known beforehand about a run's failing, as findings: those of severity `error` stand against
 * it. Changes nothing. Keys of rows that don't fit go to the observer, where one is given.
 */
export async function precheck(
  run: TargetRun,
  observer?: Pick<ExecutionObserver, "offendingKeys">,
): Promise<readonly Finding[]> {
  const { url } = run.target
  return withSession({ url, applicationName: helperSessionName(run.run, "control") }, async (session) => {
    // Nothing else that is found in another database means anything for this run.
    const otherDatabase = await checkDatabase(session, run)
    if (otherDatabase.length > 0) return otherDatabase
    const findings: Finding[] = []
    for (const check of checks) findings.push(...(await check(session, run)))
    if (hasErrors(findings)) return findings
    return [...findings, ...(await checkData(session, run, observer))]
  })
}
