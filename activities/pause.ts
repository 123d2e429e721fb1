import { isRegistered } from "../src/execution/is-registered.ts"
import { writePause } from "../src/execution/knobs.ts"
import type { Place } from "../src/ledger/place.ts"
import type { MeantRun } from "../src/execution/whose-run.ts"
import type { Session } from "../src/postgres/session.ts"

/**
 * The backfill reads its knobs before each batch: that is how a pause reaches a table that is being filled. Before the
 * target knows the run there is nothing to be filled; the workflow itself rests.
 */
export async function tellPause(
  session: Session,
  meant: MeantRun,
  paused: boolean,
  { decidedAt }: Place,
): Promise<void> {
  if (await isRegistered(session, meant)) await writePause(session, meant.run, paused, decidedAt)
}
