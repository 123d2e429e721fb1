import { Command } from "commander"
import type { App } from "../../app/context.ts"
import type { AbortPreview } from "../../app/abort-preview.ts"
import { formatDuration } from "../../domain/duration.ts"
import { gateMeanings, type WaitName } from "../../domain/gate.ts"
import type { CommandAnswer, OperatorVerb } from "../../domain/run.ts"
import { confirm } from "../ask.ts"
import type { Cli } from "../cli.ts"
import { renderFindings } from "../render/findings.ts"
import { onTheWayBack } from "../render/run.ts"
import { plural } from "../render/words.ts"
import { gateOf } from "./arguments.ts"

/** `undo` has a command of its own: it also takes runs that have no workflow any more. */
type SteerVerb = Exclude<OperatorVerb, "undo">

const summaries: Readonly<Record<SteerVerb, string>> = {
  proceed: "let a run through the gate that it waits at",
  abort: "stop a run at the next safe point and undo everything",
  pause: "let a run rest after the current statement or batch",
  resume: "end a pause",
  retry: "try the stopped step again; takes up a run that lost its workflow",
  skip: "leave the stopped step out; needs a reason",
}

interface SteerOptions {
  readonly gate?: string
  readonly reason?: string
  readonly nonce?: string
  readonly yes?: boolean
}

export function steerCommand(cli: Cli, verb: SteerVerb): Command {
  const command = new Command(verb)
    .summary(summaries[verb])
    .description(`${summaries[verb].charAt(0).toUpperCase()}${summaries[verb].slice(1)}.`)
    .argument("<run>", "the run, or the beginning of its id")
    .option("--reason <text>", "why; stands in the audit trail")
    .option("--nonce <text>", "send a decision again whose outcome was unknown: it counts once")
    .option("--yes", "don't ask on a terminal")
  if (verb === "proceed")
    command.option(
      "--gate <name>",
      "the gate that is meant: dual-write, switch, contract or purge (in keep too, which it ends); new-writers-gone on the way back",
    )
  return command.action(async (run: string, options: SteerOptions) => {
    const gate = gateOf(options.gate)
    const { previewAbort } = await import("../../app/abort-preview.ts")
    const { openGate } = await import("../../app/runs.ts")
    const { steer } = await import("../../app/steer.ts")
    const { meant, answer } = await cli.withApp(async (app) => {
      if (verb === "abort") await confirmAbort(cli, await previewAbort(app, run), options.yes === true)
      // The gate that is open is meant where none is named, and no other that may open meanwhile.
      const meant = gate ?? (verb === "proceed" ? ((await openGate(app, run)) ?? undefined) : undefined)
      if (meant === "purge") await confirm(cli, `Proceed: ${gateMeanings.purge}?`, options.yes === true)
      if (verb === "retry") await warnWhereEdited(cli, app, run)
      if (verb === "skip") await confirm(cli, "Skip the stopped step?", options.yes === true)
      return {
        meant,
        answer: await steer(app, { run, verb, gate: meant, reason: options.reason, nonce: options.nonce }),
      }
    })
    cli.output.result(answer, () => acceptedText(answer, meant))
  })
}

/** A retry does what the run was planned to do, whatever its files say by now. */
async function warnWhereEdited(cli: Cli, app: App, run: string): Promise<void> {
  const { editedSinceStart } = await import("../../app/edited-since-start.ts")
  const { findRun } = await import("../../app/runs.ts")
  const edited = await editedSinceStart(app, await findRun(app, run))
  if (edited.length > 0) cli.output.narrate(renderFindings(edited, cli.output.narrationLook))
}

/** Where no gate was named, whoever sent it learns here which one it was: sent twice, it may have been two. */
export function acceptedText({ state, phase }: CommandAnswer, passed: WaitName | undefined): string {
  return `Accepted: ${passed === undefined ? "" : `gate ${passed} is open, and `}the run is ${state} (${phase}).`
}

/** Says what a way back would do, and asks whether it is meant. What will be refused isn't asked about. */
export async function confirmAbort(cli: Cli, preview: AbortPreview, yes: boolean): Promise<void> {
  if (preview.refused) return
  cli.output.narrate(previewText(preview))
  await confirm(cli, `${preview.verb === "undo" ? "Undo" : "Abort"} ${preview.run}?`, yes)
}

/** Rows stay in any case; what was written into the new shape alone can't. */
function lossOf({ newShapeInUse }: AbortPreview): string {
  return newShapeInUse ? "what applications wrote into the new shape alone goes with it" : "nothing is lost"
}

/** The new shape goes away under whoever still uses it, unless the way back waits in between. */
function applicationsOf({ newShapeInUse, waitsForApplications }: AbortPreview): readonly string[] {
  if (!newShapeInUse) return []
  return waitsForApplications
    ? ["  it waits at new-writers-gone, where both shapes are there, until you say that the new application has gone"]
    : ["  it doesn't wait for applications: those that use what the run has added must have gone by now"]
}

/** `Abort now: this takes back 4 steps; nothing is lost, about 2s.` */
export function previewText(preview: AbortPreview): string {
  const verb = preview.verb === "undo" ? "Undo" : "Abort"
  const time = preview.estimateMs > 0 ? `, about ${formatDuration(preview.estimateMs)}` : ""
  const lines = [
    `${verb} now: this takes back ${plural(preview.undo.filter(({ back }) => !back).length, "step")}; ${lossOf(preview)}${time}.`,
    ...preview.undo.map((step) => (step.back ? `  do: ${onTheWayBack(step)}` : `  undo: ${step.summary}`)),
    ...applicationsOf(preview),
    ...(preview.fromArchive ? ["  columns come back from the archive, each as the last one of its table"] : []),
    ...preview.withoutWayBack.map((step) => `  stays, has no way back: ${step}`),
    ...preview.builtOnIt.map(
      (id) => `  stays, without what it builds on: ${id}; undo that one first where it needs it`,
    ),
  ]
  return lines.join("\n")
}
