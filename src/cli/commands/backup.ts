import { Command } from "commander"
import type { BackupRecord } from "../../domain/backup.ts"
import type { Cli } from "../cli.ts"
import { untilInterrupted } from "../interrupt.ts"
import type { Look } from "../render/look.ts"
import { table } from "../render/table.ts"
import { bytes, number, plural, time } from "../render/words.ts"

export function backupCommand(cli: Cli): Command {
  const backup = new Command("backup")
    .summary("create, list and verify backups")
    .description("Backups count once they were restored and compared.")
  backup
    .command("create")
    .summary("make a backup and verify it")
    .description("Dumps the target, restores the dump into a scratch database, and compares every row.")
    .argument("[revision]", "only the data that the plan up to this revision would touch (default: all)")
    .option("--target <name>", "the database (default: the only target)")
    .action(async (revision: string | undefined, { target }: { target?: string }) => {
      const signal = untilInterrupted()
      const { createBackupOf } = await import("../../app/backup.ts")
      const made = await cli.withApp((app) =>
        createBackupOf(app, { target: app.targetOrOnly(target).name, revision }, signal),
      )
      show(cli, made)
    })
  backup
    .command("list")
    .summary("list the registered backups")
    .description("Lists the registered backups, newest first.")
    .option("--target <name>", "only those of this database")
    .action(async ({ target }: { target?: string }) => {
      const { backupsOf } = await import("../../app/backup.ts")
      const backups = await cli.withApp((app) => backupsOf(app, target ?? null))
      cli.output.result({ backups }, (look) => renderBackups(backups, look))
    })
  backup
    .command("verify")
    .summary("restore a backup again and compare")
    .description(
      "Restores a backup into a scratch database and compares every row with what was hashed when it was made.",
    )
    .argument("<backup>", "the backup's id")
    .action(async (id: string) => {
      const signal = untilInterrupted()
      const { verifyBackupOf } = await import("../../app/backup.ts")
      show(cli, await cli.withApp((app) => verifyBackupOf(app, id, signal)))
    })
  return backup
}

/** A backup that couldn't be verified is no backup. */
function show(cli: Cli, backup: BackupRecord): void {
  if (backup.state !== "verified") cli.exitCode = 1
  cli.output.result({ backup }, (look) => renderBackup(backup, look))
}

function renderBackup(backup: BackupRecord, look: Look): string {
  const state = backup.state === "verified" ? look.green(backup.state) : look.red(backup.state)
  const restore = backup.restoreSeconds === null ? "" : `, restored in ${backup.restoreSeconds} s`
  const tables = backup.tables.map(({ name, rows, hash }) => `  ${name}: ${number(rows)} rows, hash ${hash}`)
  const head = `${look.bold(backup.id)}  ${state}, ${bytes(backup.bytes)}${restore}`
  return [head, look.dim(`sha256 ${backup.sha256}`), ...tables, ...backup.notes.map((note) => `  note: ${note}`)].join(
    "\n",
  )
}

function renderBackups(backups: readonly BackupRecord[], look: Look): string {
  if (backups.length === 0) return "There are no backups."
  const rows = backups.map((backup) => [
    backup.id,
    backup.target,
    backup.state,
    bytes(backup.bytes),
    time(backup.createdAt),
    plural(backup.tables.length, "table"),
  ])
  return table(["BACKUP", "TARGET", "STATE", "SIZE", "AT", ""], rows, look)
}
