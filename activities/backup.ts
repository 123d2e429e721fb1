import { createBackup } from "../src/backup/create.ts"
import { embeddedStack } from "../src/config/embedded.ts"
import { RefusedError, TransientError } from "../src/domain/errors.ts"
import { demandUnderWay } from "../src/execution/under-way.ts"
import { withSession } from "../src/postgres/session.ts"
import { attempted } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { targetRunOf } from "./target-run.ts"
import type { BackupActivities } from "./types.ts"

/**
 * After so many tries, seconds apart, a backup that fails asks a person. A limit of Temporal's would count those as well
 * that were handed to a worker which was frozen, and stop a run in which nothing has failed.
 */
const tries = 5

function afterLastTry(error: unknown, attempt: number): unknown {
  if (!(error instanceof TransientError) || attempt < tries) return error
  return new RefusedError(error.finding, { cause: error })
}

/** Backups that count: restored and compared before the workflow goes on. */
export function createBackupActivities(deps: ActivityDeps): BackupActivities {
  return {
    createBackup: (ref) =>
      attempted(
        deps,
        ref,
        null,
        async (attempt) => {
          const meant = await targetRunOf(deps, ref)
          const { run, plan, target } = meant
          const options = { url: target.url, applicationName: "sluice:backup", signal: attempt.signal }
          await withSession(options, (session) => demandUnderWay(session, meant))
          const config = deps.config()
          const fallbackScratchUrl = embeddedStack(config.directory)?.sampleUrl ?? null
          const request = { run, plan, target, config, control: deps.control, fallbackScratchUrl }
          const record = await createBackup(request, attempt).catch((error: unknown) => {
            throw afterLastTry(error, attempt.number)
          })
          return { backup: record.id, sha256: record.sha256, restoreSeconds: record.restoreSeconds }
        },
        (result) => ({ ...result }),
      ),
  }
}
