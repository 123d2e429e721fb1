/** The part of the list of codes that is about the embedded stack. */
export const stackErrorCodes: Readonly<Record<string, string>> = {
  STACK_DIRECTORY_CLOSED:
    "The user postgres can't enter the folder of a data directory. Choose one that everybody may enter.",
  STACK_DIRECTORY_FOREIGN:
    "A folder that the embedded stack needs belongs to another user. Move it away, or start as that user.",
  STACK_NOT_BUILT: "The project has not been compiled. `npm run build` does it.",
  STACK_NO_FREE_PORT: "No free port was found for a server of the embedded stack. End programs that listen needlessly.",
  STACK_NOT_RUNNING:
    "sluice.yaml names no control database, so that the embedded stack is meant, and that doesn't run. `sluice dev` starts it.",
  STACK_RUNNING: "The embedded stack of this folder runs already. Use it, or end it with `sluice dev --stop`.",
  STACK_START_FAILED: "A program of the embedded stack did not start. The end of its log is in the message.",
  STACK_TOOL_MISSING: "PostgreSQL or Temporal's command line can't be found. `npm run setup` finds or installs both.",
  STACK_USER_MISSING:
    "PostgreSQL refuses to run as root and there is no user postgres. Create it, or don't run as root.",
  STACK_VERSION:
    "The embedded stack's data was made by another version of PostgreSQL. Install that, or `sluice dev --reset`.",
}
