import { execFileSync } from "node:child_process"
import { chownSync, lstatSync, mkdirSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { RefusedError, UserError } from "../domain/errors.ts"

/** The user that PostgreSQL's programs run as where we are root, which they refuse. */
export interface ClusterUser {
  readonly uid: number
  readonly gid: number
}

/** Null where this process may run PostgreSQL as itself. */
export function clusterUser(): ClusterUser | null {
  if (process.getuid?.() !== 0) return null
  try {
    const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }).trim())
    return { uid: id("-u"), gid: id("-g") }
  } catch (cause) {
    const finding = {
      code: "STACK_USER_MISSING",
      subject: "postgres",
      message: "PostgreSQL refuses to run as root, and there is no system user `postgres` to run it as",
      hint: "Create it (useradd --system postgres), or run as a user that isn't root.",
    }
    throw new UserError(finding, { cause })
  }
}

/** Whether that user can pass through every folder on the way to this path. Folders that aren't there yet count as ours. */
export function canEnter(path: string, user: ClusterUser | null): boolean {
  if (user === null) return true
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat !== undefined) {
      const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001
      if ((stat.mode & bit) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/** Makes a folder that only the cluster's user may read, or takes one that is so already. Refuses somebody else's. */
export function makePrivateDirectory(path: string, user: ClusterUser | null): void {
  const owner = user?.uid ?? process.getuid?.() ?? 0
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const stat = lstatSync(path)
  // A name in a folder that everybody may write to could have been put there by somebody else, as a link too.
  if (!stat.isDirectory() || (stat.uid !== owner && stat.uid !== process.getuid?.())) {
    throw new RefusedError({
      code: "STACK_DIRECTORY_FOREIGN",
      subject: path,
      message: `${path} belongs to another user (${stat.uid})`,
      hint: "Move it away, or start the stack as the user that made it.",
    })
  }
  if (user !== null && stat.uid !== user.uid) chownSync(path, user.uid, user.gid)
}
