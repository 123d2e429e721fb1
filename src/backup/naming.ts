import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { sha256 } from "../domain/hash.ts"
import { exists } from "./files.ts"

/** A name as part of a file's name: unusual characters replaced, and then a hash added so that it stays unique. */
function fileName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 150)
  return plain === name ? name : `${plain}-${sha256(name).slice(0, 8)}`
}

/**
 * The id of a backup: run and attempt, so that a second try of the same attempt finds what the first has left. Where a
 * failed backup bears the name already (an operator's `retry` counts attempts from 1 again), or one that the register
 * knows, wherever it lies, the next number is taken.
 */
export async function chooseId(
  directory: string,
  run: string,
  attempt: number,
  registered: readonly string[],
): Promise<string> {
  for (let number = attempt; ; number++) {
    const id = `${fileName(run)}-${number}`
    if (!registered.includes(id) && !(await exists(join(directory, `${id}.json`)))) return id
  }
}

/** Could `chooseId` have given it to the run? */
export function isIdOf(run: string, id: string): boolean {
  const prefix = `${fileName(run)}-`
  return id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length))
}

/** The id of a backup that no run asked for. */
export function idAtTime(target: string, at: Date): string {
  return `${fileName(target)}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`
}

/**
 * Removes what killed attempts of this run have left: dumps that were still being written, and whole ones without a
 * record, whose rows and hashes nobody knows any more.
 */
export async function removeLeftovers(directory: string, run: string): Promise<void> {
  const prefix = `${fileName(run)}-`
  const names = await readdir(directory)
  const left = names.filter((name) => {
    const [, number, partial] = /^(\d+)\.(?:dump|json)(\.partial)?$/.exec(name.slice(prefix.length)) ?? []
    if (!name.startsWith(prefix) || number === undefined) return false
    return partial !== undefined || !names.includes(`${prefix}${number}.json`)
  })
  await Promise.all(left.map((name) => rm(join(directory, name), { force: true })))
}

/** What the sessions of this run's backup are called, so that those of a killed attempt are found and ended. */
export function sessionName(owner: string): string {
  return `sluice:backup:${ownerTag(owner)}`
}

/** Eight hex digits for the owner of scratch databases. */
export function ownerTag(owner: string): string {
  return sha256(owner).slice(0, 8)
}
