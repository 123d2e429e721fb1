import { mkdir, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Config } from "../config/config.ts"
import { UserError } from "../domain/errors.ts"
import type { Ledger } from "../ledger/chain.ts"
import type { Control } from "../ledger/control.ts"
import { loadRun } from "../ledger/runs.ts"
import { renderReport } from "../report/render-report.ts"

/** Writes `reports/<run>.md` beside sluice.yaml, whole or not at all. Written again, it says the same or more. */
export async function writeReport(config: Config, control: Control, ledger: Ledger, run: string): Promise<void> {
  const folder = join(config.directory, "reports")
  const text = renderReport({ status: await loadRun(control, run), entries: await ledger.entriesOf(run) })
  try {
    await mkdir(folder, { recursive: true })
    const partial = join(folder, `${run}.md.partial`)
    await writeFile(partial, text)
    await rename(partial, join(folder, `${run}.md`))
  } catch (error) {
    throw new UserError(
      {
        code: "REPORT_NOT_WRITTEN",
        subject: run,
        message: `The report can't be written to ${folder}.`,
        hint: "Make the folder writable for the worker, then retry.",
      },
      { cause: error },
    )
  }
}
