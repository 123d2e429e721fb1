import { createBackup } from "../src/backup/create.ts"
import { embeddedStack } from "../src/config/embedded.ts"
import { demandUnderWay } from "../src/execution/under-way.ts"
import { withSession } from "../src/postgres/session.ts"
import { attempted } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { targetRunOf } from "./target-run.ts"
import type { BackupActivities } from "./types.ts"

/** Backups that count: restored and compared before the workflow goes on. */
export function createBackupActivities(deps: ActivityDeps): BackupActivities {
  return {
    createBackup: (ref) =>
      attempted(
        deps,
        ref,
        null,
        async (attempt) => {
          const { run, plan, target } = await targetRunOf(deps, ref)
          const options = { url: target.url, applicationName: "sluice:backup", signal: attempt.signal }
          await withSession(options, (session) => demandUnderWay(session, run))
          const config = deps.config()
          const fallbackScratchUrl = embeddedStack(config.directory)?.sampleUrl ?? null
          const record = await createBackup(
            { run, plan, target, config, control: deps.control, fallbackScratchUrl },
            attempt,
          )
          return { backup: record.id, sha256: record.sha256, restoreSeconds: record.restoreSeconds }
        },
        (result) => ({ ...result }),
      ),
  }
}
