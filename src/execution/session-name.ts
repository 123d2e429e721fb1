import { sha256 } from "../domain/hash.ts"

/** `application_name` of the sessions that work for a run: `sluice/<12 hex of the run>/<epoch>`. Found by take-over. */
export function sessionName(run: string, epoch: number): string {
  return `sluice/${runDigest(run)}/${epoch}`
}

/** The name of a session that serves a run without acting for it: claims, watches, reads. Never taken over. */
export function helperSessionName(run: string, purpose: "claim" | "watch" | "control"): string {
  return `sluice/${runDigest(run)}/${purpose}`
}

/** A regular expression that fits the working sessions of a run, whatever their epoch; the epoch is its group. */
export function sessionPattern(run: string): string {
  return `^sluice/${runDigest(run)}/([0-9]+)$`
}

function runDigest(run: string): string {
  return sha256(run).slice(0, 12)
}
