import type { Command, CommanderError } from "commander"
import { UserError } from "../domain/errors.ts"
import { nearestName } from "../domain/nearest.ts"

/** Commander's complaint as an error of ours, with the nearest name that there is. */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): UserError {
  const message = error.message.replace(/^error: /, "").split("\n")[0] ?? error.message
  const typed = /'([^']*)'/.exec(message)?.[1] ?? ""
  const command = commandOf(program, argv)
  const help = `sluice ${[...pathOf(command), "--help"].join(" ")} shows what there is`
  if (error.code === "commander.unknownCommand" || error.code === "commander.help")
    return new UserError({
      code: "UNKNOWN_COMMAND",
      subject: typed || command.name(),
      message: typed === "" ? `${command.name()} needs a verb` : message,
      hint:
        suggest(
          typed,
          command.commands.map((child) => child.name()),
        ) ?? help,
    })
  if (error.code === "commander.unknownOption") {
    const options = [...command.options, ...program.options].map((option) => option.long ?? option.flags)
    return new UserError({ code: "UNKNOWN_OPTION", subject: typed, message, hint: suggest(typed, options) ?? help })
  }
  return new UserError({ code: "BAD_ARGUMENT", subject: typed || command.name(), message, hint: help })
}

function suggest(typed: string, known: readonly string[]): string | null {
  const nearest = nearestName(typed, known)
  return nearest === null ? null : `did you mean ${nearest}?`
}

/** The innermost command that the words name. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program
  for (const word of argv) command = command.commands.find((child) => child.name() === word) ?? command
  return command
}

function pathOf(command: Command): readonly string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : []
}
