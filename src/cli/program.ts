import { Command } from "commander"
import { operatorVerbs } from "../domain/run.ts"
import type { Cli } from "./cli.ts"
import { auditCommand } from "./commands/audit.ts"
import { backupCommand } from "./commands/backup.ts"
import { demoCommand } from "./commands/demo.ts"
import { devCommand } from "./commands/dev.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { initCommand } from "./commands/init.ts"
import { lintCommand } from "./commands/lint.ts"
import { mergeCommand } from "./commands/merge.ts"
import { newCommand } from "./commands/new.ts"
import { planCommand } from "./commands/plan.ts"
import { recoverCommand } from "./commands/recover.ts"
import { currentCommand, headsCommand, historyCommand } from "./commands/revisions.ts"
import { stampCommand } from "./commands/stamp.ts"
import { startCommand } from "./commands/start.ts"
import { listCommand, statusCommand } from "./commands/status.ts"
import { steerCommand } from "./commands/steer.ts"
import { tuneCommand } from "./commands/tune.ts"
import { undoCommand } from "./commands/undo.ts"
import { uninstallCommand } from "./commands/uninstall.ts"
import { waitCommand } from "./commands/wait.ts"
import { watchCommand } from "./commands/watch.ts"
import { workerCommand } from "./commands/worker.ts"

/** Every verb, in the order in which a person meets them. docs/cli.md is generated from this. */
export function createProgram(cli: Cli, version: string): Command {
  const program = new Command("sluice")
    .description("Zero-downtime PostgreSQL changes as durable workflows.")
    .version(version, "--version", "print the version")
    .option("--config <file>", "the configuration (default: sluice.yaml here or above)")
    .option("--json", "print exactly one JSON document on stdout")
    .option("--actor <name>", "who acts, for the audit trail (default: SLUICE_ACTOR, or the system's user)")
    .configureHelp({ showGlobalOptions: true })
    .helpCommand("help [verb]", "show a verb's help")
    .hook("preAction", () => cli.adopt(program))
  const commands = [
    initCommand(cli),
    newCommand(cli),
    devCommand(cli),
    doctorCommand(cli),
    lintCommand(cli),
    planCommand(cli),
    startCommand(cli),
    statusCommand(cli),
    listCommand(cli),
    watchCommand(cli),
    waitCommand(cli),
    ...operatorVerbs.map((verb) => (verb === "undo" ? undoCommand(cli) : steerCommand(cli, verb))),
    tuneCommand(cli),
    currentCommand(cli),
    historyCommand(cli),
    headsCommand(cli),
    mergeCommand(cli),
    stampCommand(cli),
    backupCommand(cli),
    auditCommand(cli),
    workerCommand(cli),
    recoverCommand(cli),
    uninstallCommand(cli),
    demoCommand(cli),
  ]
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
  return program
}
