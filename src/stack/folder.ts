import { createHash, randomBytes } from "node:crypto"
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { canEnter, clusterUser, makePrivateDirectory } from "./cluster-user.ts"
import type { ClusterUser } from "./cluster-user.ts"
import { readState, stackFolder } from "./state.ts"
import type { StackState } from "./state.ts"

/** Makes `.sluice/` where it isn't there. It keeps itself out of version control. */
export function prepareFolder(directory: string): void {
  const folder = stackFolder(directory)
  mkdirSync(join(folder, "logs"), { recursive: true })
  const ignore = join(folder, ".gitignore")
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n")
}

/** The state of the last start, or that of a stack that was never started. */
export function stateOrNew(directory: string): StackState {
  const here = realpathSync(directory)
  const last = readState(directory)
  if (last?.directory === here) return last
  return {
    version: 1,
    directory: here,
    owner: null,
    dataDirectory: chooseDataDirectory(directory, clusterUser()),
    passwords: last?.passwords ?? { superuser: newPassword(), sluice: newPassword() },
    postgres: { port: null, process: null },
    temporal: { port: null, uiPort: null, namespace: "default", process: null },
    worker: { process: null },
    supervision: null,
  }
}

function newPassword(): string {
  return randomBytes(16).toString("hex")
}

/**
 * Inside `.sluice/`, unless we are root in a folder that the user postgres can't enter: then in /var/tmp, under a name
 * that only this folder gives.
 */
export function chooseDataDirectory(directory: string, user: ClusterUser | null): string {
  const inside = join(stackFolder(directory), "postgres")
  if (canEnter(stackFolder(directory), user)) return inside
  const hash = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 12)
  const outside = join("/var/tmp", `sluice-${hash}`)
  makePrivateDirectory(outside, user)
  return join(outside, "postgres")
}
