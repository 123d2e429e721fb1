import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RefusedError } from "../domain/errors.ts"
import { identifySelf, isAlive } from "./process-identity.ts"
import type { ProcessIdentity } from "./process-identity.ts"
import { stackFolder } from "./state.ts"

/** Makes this process the only one that runs this folder's stack. Answers what gives that up again. */
export function takeOwnership(directory: string): () => void {
  const file = join(stackFolder(directory), "owner.json")
  const self = identifySelf()
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(file, JSON.stringify(self), { flag: "wx" }) // fails where the file is there: only one can win
      return () => {
        if (readOwner(file)?.pid === self.pid) rmSync(file, { force: true })
      }
    } catch (cause) {
      const owner = readOwner(file)
      if (attempt === 3 || (owner !== null && isAlive(owner))) throw running(directory, owner, cause)
      rmSync(file, { force: true }) // of a process that was killed
    }
  }
}

function running(directory: string, owner: ProcessIdentity | null, cause: unknown): RefusedError {
  const finding = {
    code: "STACK_RUNNING",
    subject: directory,
    message: `the embedded stack of this folder runs already, in process ${owner?.pid ?? "?"}`,
    hint: "Use it, or end it with `sluice dev --stop`.",
  }
  return new RefusedError(finding, { cause })
}

/** The process that runs this folder's stack at the moment, or null. */
export function currentOwner(directory: string): ProcessIdentity | null {
  const owner = readOwner(join(stackFolder(directory), "owner.json"))
  return owner !== null && isAlive(owner) ? owner : null
}

function readOwner(file: string): ProcessIdentity | null {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(file, "utf8")) as Partial<ProcessIdentity>
    return typeof pid === "number" && typeof startedAt === "string" ? { pid, startedAt } : null
  } catch {
    return null
  }
}
