import { Command } from "commander"
import type { LedgerEntry } from "../../domain/ledger-entry.ts"
import type { Cli } from "../cli.ts"
import { renderFinding } from "../render/findings.ts"
import type { Look } from "../render/look.ts"
import { table } from "../render/table.ts"
import { plural, time } from "../render/words.ts"

export function auditCommand(cli: Cli): Command {
  const audit = new Command("audit")
    .summary("show and verify the hash-chained record")
    .description("The record of who did what, when and why, in the control database.")
  audit
    .command("show")
    .summary("show everything recorded about a run")
    .description("Shows every attempt, decision and refusal of a run, in order.")
    .argument("<run>", "the run, or the beginning of its id")
    .action(async (run: string) => {
      const { showAudit } = await import("../../app/audit.ts")
      const entries = await cli.withApp((app) => showAudit(app, run))
      cli.output.result({ entries }, (look) => renderEntries(entries, look))
    })
  audit
    .command("verify")
    .summary("recompute the chain of hashes")
    .description("Recomputes the whole chain. Exits with 1 where an entry was changed, removed or swapped.")
    .action(async () => {
      const { verifyAudit } = await import("../../app/audit.ts")
      const verified = await cli.withApp(verifyAudit)
      const { valid, entries, head, problem } = verified
      if (!valid) cli.exitCode = 1
      cli.output.result(verified, (look) => {
        const found = problem ? `\n${renderFinding(problem, look)}` : ""
        const verdict = valid ? look.green("The chain holds") : look.red("The chain does not hold")
        return `${verdict}: ${plural(entries, "entry", "entries")}, head ${head}${found}`
      })
    })
  return audit
}

function renderEntries(entries: readonly LedgerEntry[], look: Look): string {
  const rows = entries.map(({ seq, at, actor, kind, step, attempt, detail }) => [
    String(seq),
    time(at),
    actor,
    kind,
    [step, attempt === null ? null : `#${attempt}`].filter((part) => part !== null).join(" "),
    look.dim(JSON.stringify(detail)),
  ])
  return table(["SEQ", "AT", "ACTOR", "KIND", "STEP", "DETAIL"], rows, look)
}
