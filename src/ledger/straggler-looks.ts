import type { StragglerLook } from "../domain/stragglers.ts"
import type { Control } from "./control.ts"
import { readEvidence, saveEvidence } from "./evidence.ts"

const kind = "stragglers"

/** More than a look is compared with: the newest ones may have seen nothing. */
const looksKept = 20

/** Keeps a look as evidence of the run. It names statements, never values. */
export async function saveLook(
  control: Control,
  { run, planHash }: { readonly run: string; readonly planHash: string },
  look: StragglerLook,
): Promise<void> {
  await saveEvidence(control, { plan: planHash, run, kind, content: look })
}

/** The run's looks so far, the newest first. */
export async function loadLooks(control: Control, run: string): Promise<readonly StragglerLook[]> {
  const rows = await control.query<{ hash: string; content: string }>(
    `SELECT hash, content
       FROM sluice_control.evidence
      WHERE run = $1 AND kind = $2
      ORDER BY stored_at DESC
      LIMIT ${looksKept}`,
    [run, kind],
  )
  return rows.map(({ hash, content }) => readEvidence(hash, content) as StragglerLook)
}
