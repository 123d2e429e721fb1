import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { demandDualWrite } from "./dual-write.ts"
import { demandNoHeirs } from "./heirs.ts"
import type { Direction } from "./journal-rows.ts"
import { demandKept } from "./kept.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * Days may lie between two steps. What a step rests on, and what somebody may have taken away meanwhile, is asked
 * before it and again under its locks. Throws RefusedError INHERITED_TABLE or DUAL_WRITE_BROKEN.
 */
export async function demandFooting(
  session: Session,
  run: TargetRun,
  { step, direction }: { readonly step: Step; readonly direction: Direction },
): Promise<void> {
  await demandNoHeirs(session, run, step, direction)
  if (direction === "do") await demandDualWrite(session, run, step)
  await demandKept(session, run, step, direction)
}
