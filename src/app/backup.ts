import { createBackup } from "../backup/create.ts"
import { verifyBackup } from "../backup/verify.ts"
import { embeddedStack } from "../config/embedded.ts"
import type { BackupRecord } from "../domain/backup.ts"
import type { Attempt } from "../execution/attempt.ts"
import { findBackup, listBackups } from "../ledger/backups.ts"
import type { App } from "./context.ts"
import { plan as planOf } from "./plan.ts"

/** An attempt outside of any workflow: nobody counts it, and Ctrl-C ends it. */
function ownAttempt(signal: AbortSignal): Attempt {
  return { signal, number: 1, heartbeat: () => undefined }
}

function contextOf(app: App) {
  // Where neither the configuration nor the target's role allow a scratch database, the embedded server does.
  const fallbackScratchUrl = embeddedStack(app.config.directory)?.sampleUrl ?? null
  return { config: app.config, actor: app.actor, fallbackScratchUrl }
}

export interface BackupRequest {
  readonly target: string
  /** Only what the plan that arrives at this revision would touch; without it every table of the target's schemas. */
  readonly revision?: string | undefined
}

/** Makes a backup, restores it into a scratch database, compares, and registers it. */
export async function createBackupOf(app: App, request: BackupRequest, signal: AbortSignal): Promise<BackupRecord> {
  const control = await app.control()
  const target = app.target(request.target)
  const plan = request.revision === undefined ? null : (await planOf(app, { ...request })).plan
  const input = { run: null, plan, target, ...contextOf(app), control }
  return createBackup(input, ownAttempt(signal))
}

/** The register, newest first. */
export async function backupsOf(app: App, target: string | null): Promise<readonly BackupRecord[]> {
  const all = await listBackups(await app.control())
  return target === null ? all : all.filter((backup) => backup.target === app.target(target).name)
}

/** Restores a registered backup again and compares: files rot. */
export async function verifyBackupOf(app: App, id: string, signal: AbortSignal): Promise<BackupRecord> {
  const control = await app.control()
  const backup = await findBackup(control, id)
  const target = app.target(backup.target)
  return verifyBackup({ backup, target, ...contextOf(app), control }, ownAttempt(signal))
}
