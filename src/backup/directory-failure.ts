import { isAbsolute, relative } from "node:path"
import { RefusedError, TransientError, UserError } from "../domain/errors.ts"

/**
 * What the worker's file system refuses while a backup is written or read is the operator's to mend, and no defect of
 * ours: a file in the directory's place, a disk that is full, a share that has gone.
 */
export async function inDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isOfFileSystem(error) ? directoryFailure(directory, error) : error
  }
}

/** What the codes mean that stay until somebody does something. */
const untilMended: Readonly<Record<string, string>> = {
  EACCES: "the worker's user isn't let in",
  EEXIST: "a file is in its place",
  EISDIR: "a directory is in the file's place",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long for its file system",
  ENOTDIR: "a part of the path is no directory",
  EPERM: "the worker's user may not do that there",
  EROFS: "its file system is mounted read-only",
}

/** Those that may go by themselves, where a share comes back for instance. */
const passing: Readonly<Record<string, string>> = {
  EBUSY: "it is in use",
  EIO: "its disk reports an error",
  EMFILE: "the worker has too many files open",
  ENFILE: "the machine has too many files open",
  ENODEV: "its device has gone",
  ENOENT: "it isn't there any more",
  ENXIO: "its device has gone",
  ESTALE: "the share that it lies on has gone",
  ETIMEDOUT: "the share that it lies on doesn't answer",
}

/** EFBIG: a limit of the process or its file system. */
const isFull: ReadonlySet<string> = new Set(["EDQUOT", "EFBIG", "ENOSPC"])

interface FileSystemError extends Error {
  readonly code: string
  readonly path?: string
}

/** Of the codes that no file system has, as those of sockets, nothing is known here. */
function isOfFileSystem(error: unknown): error is FileSystemError {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return false
  const { code } = error
  return typeof code === "string" && ("path" in error || code in untilMended || code in passing || isFull.has(code))
}

function directoryFailure(directory: string, error: FileSystemError): Error {
  const { code, path: subject = directory } = error
  const isOurs = isBelow(directory, subject)
  const place = isOurs ? "`backups.directory`" : "the worker's folder for temporary files (TMPDIR)"
  if (isFull.has(code))
    return new RefusedError(
      {
        code: "NO_SPACE",
        subject,
        message: `there is no space left for ${subject} (${code})`,
        hint: `Make space there, or name another place: ${place}. The backup is then made anew.`,
      },
      { cause: error },
    )
  const reason = untilMended[code] ?? passing[code] ?? "its file system refuses"
  const finding = {
    code: "BACKUP_DIRECTORY_UNUSABLE",
    subject,
    message: `${subject} can't be used: ${reason} (${code})`,
    hint: `Backups need ${place} on the worker's machine, where its user can read and write. Mend that, or name another one.`,
  }
  return code in untilMended ? new UserError(finding, { cause: error }) : new TransientError(finding, { cause: error })
}

function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path)
  // mkdir may have stopped at a parent of the directory.
  return (!way.startsWith("..") && !isAbsolute(way)) || !relative(path, directory).startsWith("..")
}
