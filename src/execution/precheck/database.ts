import { describeDatabase, isSameDatabase } from "../../domain/database-identity.ts"
import type { Finding } from "../../domain/finding.ts"
import { readIdentity } from "../../postgres/database-identity.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"

/** The database is the one that the run was started for, and not what the worker's environment calls by its name. */
export async function checkDatabase(session: Session, { target, startedFor }: TargetRun): Promise<readonly Finding[]> {
  if (!startedFor) return []
  const here = await readIdentity(session, target)
  if (isSameDatabase(here, startedFor)) return []
  const variables = [...new Set([...here.variables, ...startedFor.variables])]
  const what = variables.length === 0 ? `the url of target ${target.name}` : variables.join(", ")
  return [
    {
      code: "TARGET_DIFFERS",
      severity: "error",
      subject: target.name,
      message: `the run was started for ${describeDatabase(startedFor)}, but the worker's ${target.name} is ${describeDatabase(here)}`,
      hint: `The worker's environment differs: start it again with the same ${what}, then \`sluice retry\`; or abort, and start from a terminal with the worker's.`,
    },
  ]
}
