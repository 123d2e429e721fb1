import { createBackup } from "../backup/create.ts"
import { verifyBackup } from "../backup/verify.ts"
import type { BackupRecord } from "../domain/backup.ts"
import { UserError } from "../domain/errors.ts"
import type { Attempt } from "../execution/attempt.ts"
import { findBackup, listBackups } from "../ledger/backups.ts"
import { storePlan } from "../ledger/plans.ts"
import type { App } from "./context.ts"
import { makePlan, type PlanRequest } from "./make-plan.ts"

/** An attempt outside of any workflow: nobody counts it, and Ctrl-C ends it. */
function ownAttempt(signal: AbortSignal): Attempt {
  return { signal, number: 1, heartbeat: () => undefined }
}

/** Backs up what the next plan would touch, restores it into a scratch database, and compares. */
export async function createBackupOf(app: App, request: PlanRequest, signal: AbortSignal): Promise<BackupRecord> {
  const control = await app.control()
  const { plan, evidence } = await makePlan(app, request)
  await storePlan(control, plan, evidence, app.actor)
  const target = app.target(request.target)
  return createBackup({ run: null, plan, target, config: app.config, control }, ownAttempt(signal))
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
  if (!backup)
    throw new UserError({
      code: "UNKNOWN_BACKUP",
      subject: id,
      message: `there is no backup ${id}`,
      hint: "sluice backup list names them all",
    })
  const target = app.target(backup.target)
  return verifyBackup({ backup, target, config: app.config, control }, ownAttempt(signal))
}
