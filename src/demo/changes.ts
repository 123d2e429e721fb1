import type { LiveApplication } from "./application/application.ts"
import type { PhaseTime } from "./phases.ts"
import { WatchedRun, type Stage } from "./watched-run.ts"
import { inTwoParts, withEmail } from "./workload.ts"

/** What a change has to tell when it is over. */
export interface Change {
  readonly run: string
  /** What it does, in words. */
  readonly what: string
  readonly kills: number
  readonly phases: readonly PhaseTime[]
}

export type Applications = readonly [LiveApplication, LiveApplication]

/** How many calls show that an application works in a shape. */
const enough = 200

/** The guide's two phases in one: a required column, filled while both applications write. */
export async function addEmail(stage: Stage, [first, second]: Applications): Promise<Change> {
  const run = await WatchedRun.start(stage, "0003_email", "adds the required column email")
  await run.proceed("dual-write")
  await second.use(withEmail)
  const kills = await run.killWorkerInBackfill()
  await run.proceed("switch")
  await run.until(({ phase, waitingFor }) => phase === "soak" || waitingFor === "contract")
  await first.use(withEmail)
  await run.proceed("contract")
  await run.proceed("purge")
  return { run: run.run, what: run.what, kills, phases: await run.end() }
}

/**
 * The guide's expand-contract: the name becomes two columns. One application goes over to the new shape at the switch,
 * the other one before contract. `isUndone`: while the old shape is kept, it is taken back under both of them.
 */
export async function splitName(stage: Stage, applications: Applications, isUndone: boolean): Promise<Change> {
  const [first, second] = applications
  const all = (work: (application: LiveApplication) => Promise<unknown>) => Promise.all(applications.map(work))
  const run = await WatchedRun.start(
    stage,
    "0004_split_name",
    `splits name into first_name and last_name${isUndone ? ", and is taken back" : ""}`,
  )
  await run.proceed("dual-write")
  const kills = await run.killWorkerInBackfill()
  await run.proceed("switch")
  await run.until(({ phase, waitingFor }) => phase === "soak" || waitingFor === "contract")
  await second.use(inTwoParts)
  stage.say("  one application writes name, the other one first_name and last_name")
  await all((application) => application.makes(enough))
  await first.use(inTwoParts)
  await run.proceed("contract")
  await run.until(({ phase, waitingFor }) => phase === "keep" || waitingFor === "purge")
  await all((application) => application.makes(enough))
  if (isUndone) {
    stage.say("  the old shape is wanted back")
    await run.abort("the old shape is wanted back")
    await run.until(({ waitingFor }) => waitingFor === "new-writers-gone")
    await all((application) => application.use(withEmail))
    await all((application) => application.makes(enough))
    await run.proceed("new-writers-gone")
  } else await run.proceed("purge")
  return { run: run.run, what: run.what, kills, phases: await run.end() }
}
