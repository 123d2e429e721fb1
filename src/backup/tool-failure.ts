import { RefusedError, TransientError, UserError, type SluiceError } from "../domain/errors.ts"

/** How a tool ended, and the last of what it said on stderr. */
export interface ToolEnd {
  readonly tool: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/**
 * What the failure of pg_dump or pg_restore means. The tools speak English here (`LC_ALL=C`); words of the server may
 * be in any language, so they decide nothing that isn't safe either way. Values of rows may be in them: only words of
 * known safe kinds are passed on.
 */
export function toolFailure({ tool, code, signal, stderr }: ToolEnd): SluiceError {
  const failed = (meaning: string) => `${tool} failed: ${meaning}`
  if (/No space left on device|Disk quota exceeded|File too large/.test(stderr)) {
    return new TransientError({
      code: "DISK_FULL",
      subject: tool,
      message: failed("there is no space left"),
      hint: "Make space in `backups.directory`, and on the server of the scratch database.",
    })
  }
  // We could open the files a moment ago: what the system says of them now may pass.
  const [, words] = fileTrouble.exec(stderr) ?? []
  if (words !== undefined) {
    return new TransientError({
      code: "BACKUP_DIRECTORY_UNUSABLE",
      subject: tool,
      message: failed(`a file can't be read or written any more (${words})`),
      hint: "Look at `backups.directory` on the worker's machine, and at its folder for temporary files (TMPDIR).",
    })
  }
  if (/Query was: LOCK TABLE/.test(stderr)) {
    return new TransientError({ code: "LOCK_TIMEOUT", subject: tool, message: failed("a lock wasn't free in time") })
  }
  if (
    /connection to server|server closed the connection|terminating connection|no connection to the server|SSL SYSCALL/.test(
      stderr,
    )
  ) {
    return new TransientError({ code: "CONNECTION_LOST", subject: tool, message: failed("its connection was lost") })
  }
  if (/server version mismatch|unsupported version .* in file header/.test(stderr)) {
    return new UserError({
      code: "TOOL_TOO_OLD",
      subject: tool,
      message: failed("it is older than the server or the file"),
      hint: "Install PostgreSQL's client programs of the newest major version; SLUICE_PG_BIN names their folder.",
    })
  }
  if (signal !== null) {
    return new TransientError({
      code: "BACKUP_INTERRUPTED",
      subject: tool,
      message: failed(`it was ended by ${signal}`),
    })
  }
  return new RefusedError({
    code: "BACKUP_FAILED",
    subject: tool,
    message: failed(safeWords(stderr) ?? `exit status ${code}, for a reason that isn't shown since it may hold values`),
    hint: "The same command in a terminal shows all that the tool says.",
  })
}

/** About its own files, not the server's. */
const fileTrouble =
  /^pg_\w+: error: could not (?:open|close|read|write|seek|fsync|determine)\b.*: (Permission denied|Read-only file system|Stale file handle|Input\/output error|I\/O error|Not a directory|No such (?:file or directory|device)|Too many open files(?: in system)?|Device or resource busy|Connection timed out)$/m

/** Messages of these kinds hold names of objects and no values. */
const safe =
  /permission denied|must be owner|does not exist|already exists|is not available|could not open extension|unrecognized configuration|must be superuser|not enough privilege/i

function safeWords(stderr: string): string | null {
  const lines = stderr.split("\n")
  const line = lines.find((text) => /error:|ERROR:/.test(text) && safe.test(text))
  // "from TOC entry 215; 1259 16386 TABLE users ann": which object it was about.
  const entry = lines.find((text) => /from TOC entry/.test(text))
  return line === undefined ? (entry ?? null) : [line, entry].filter(Boolean).join("; ").slice(0, 500)
}
