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
  LIMIT_EXCEEDED:
    "A limit of PostgreSQL was passed (row size, number of columns, depth of a statement). Make it smaller.",
  TARGET_NOT_NAMED: "There are several targets, and none was named. `--target` names one.",
  TEMPORAL_PROFILE: "Temporal's own configuration (TEMPORAL_* variables and profiles) can't be read.",
  TEMPORAL_REFUSED:
    "Temporal has no such namespace, or refuses the credentials. Check `temporal.namespace`, `temporal.apiKey` and `temporal.tls`.",
  TEMPORAL_UNREACHABLE: "Temporal doesn't answer. `sluice dev` starts one; else check `temporal.address`.",
  TLS_FAILED: "No encrypted connection came about. Check sslmode, sslrootcert and the server's certificate.",
}
