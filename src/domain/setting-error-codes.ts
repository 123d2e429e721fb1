/** The part of the list of codes that is about files, addresses and the embedded stack. */
export const settingErrorCodes: Readonly<Record<string, string>> = {
  CONFIG_INVALID: "sluice.yaml has mistakes. All of them are listed with their lines; nothing was done.",
  CONFIG_MISSING: "`sluice.yaml` lacks something that is needed.",
  CONFIG_NOT_FOUND: "There is no sluice.yaml here or above. `sluice init` writes one, `--config` names one elsewhere.",
  CONFIG_SECRET_FILE: "A secret is to be read from a file that can't be read. Check its path and permissions.",
  CONFIG_SYNTAX: "`sluice.yaml` is not valid YAML, or has a key twice.",
  CONFIG_UNKNOWN_KEY: "A key of `sluice.yaml` is not known. The hint names the nearest known one.",
  CONFIG_VALUE: "A value of `sluice.yaml` isn't what it must be. The message says what that is.",
  CONFIG_VARIABLE_UNSET:
    "`sluice.yaml` uses an environment variable that is not set. Set it, or write `${NAME:-default}`.",
  CONNECTION_URL_INVALID:
    "A connection URL can't be used as it stands. Write postgresql://user:password@host:port/database, special characters as %XX.",
  CONTROL_IS_TARGET:
    "A target is the control database. The proof of a change must not lie in what is changed: use two databases.",
  CONTROL_UNREACHABLE:
    "The control database can't be reached, and nothing is done that can't be recorded. Retried; check `control.url` and its server.",
  CONTROL_VERSION:
    "The control database's schema isn't the one that this program works with. A worker of this version brings an older one up to date; for a newer one, update this program.",
  LIMIT_EXCEEDED:
    "A limit of PostgreSQL was passed (row size, number of columns, depth of a statement). Make it smaller.",
  STACK_DIRECTORY_CLOSED:
    "The user postgres can't enter the folder of a data directory. Choose one that everybody may enter.",
  STACK_DIRECTORY_FOREIGN:
    "A folder that the embedded stack needs belongs to another user. Move it away, or start as that user.",
  STACK_NOT_BUILT: "The project has not been compiled. `npm run build` does it.",
  STACK_NO_FREE_PORT: "No free port was found for a server of the embedded stack. End programs that listen needlessly.",
  STACK_RUNNING: "The embedded stack of this folder runs already. Use it, or end it with `sluice dev --stop`.",
  STACK_START_FAILED: "A program of the embedded stack did not start. The end of its log is in the message.",
  STACK_TOOL_MISSING: "PostgreSQL or Temporal's command line can't be found. `npm run setup` finds or installs both.",
  STACK_USER_MISSING:
    "PostgreSQL refuses to run as root and there is no user postgres. Create it, or don't run as root.",
  STACK_VERSION:
    "The embedded stack's data was made by another version of PostgreSQL. Install that, or `sluice dev --reset`.",
  TARGET_NOT_NAMED: "There are several targets, and none was named. `--target` names one.",
  TEMPORAL_PROFILE: "Temporal's own configuration (TEMPORAL_* variables and profiles) can't be read.",
  TEMPORAL_UNREACHABLE: "Temporal doesn't answer. `sluice dev` starts one; else check `temporal.address`.",
  TLS_FAILED: "No encrypted connection came about. Check sslmode, sslrootcert and the server's certificate.",
}
