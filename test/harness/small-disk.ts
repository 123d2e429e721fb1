import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmdirSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { clusterUser, makePrivateDirectory } from "../../src/stack/cluster-user.ts"
import { administer } from "./database.ts"

/** A file system in memory, of a size of its own, with a tablespace of the test run's cluster on it. */
export class SmallDisk {
  readonly tablespace: string
  readonly #mountPoint: string

  private constructor(tablespace: string, mountPoint: string) {
    this.tablespace = tablespace
    this.#mountPoint = mountPoint
  }

  /** Null where this process may not mount anything: a container without that right, or a user that isn't root. */
  static async mount(): Promise<SmallDisk | null> {
    // Not in the test run's own folder: should this process be killed, that could no longer be removed.
    const mountPoint = mkdtempSync(join(tmpdir(), "sluice-small-disk-"))
    chmodSync(mountPoint, 0o755)
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m,mode=0755", "sluice-small-disk", mountPoint], {
        stdio: "pipe",
      })
    } catch {
      rmdirSync(mountPoint)
      return null
    }
    const data = join(mountPoint, "data")
    makePrivateDirectory(data, clusterUser())
    const tablespace = `small_${mountPoint.slice(-6).toLowerCase()}`
    await administer(`CREATE TABLESPACE ${tablespace} LOCATION '${data}'`)
    return new SmallDisk(tablespace, mountPoint)
  }

  /** So many bytes are left from now on; more than are there already, or fewer. */
  leave(bytes: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.#mountPoint)
    const size = (blocks - bfree) * bsize + bytes
    execFileSync("mount", ["-o", `remount,size=${size}`, this.#mountPoint], { stdio: "pipe" })
  }

  /** The databases that use it have to be gone. */
  async unmount(): Promise<void> {
    await administer(`DROP TABLESPACE ${this.tablespace}`)
    execFileSync("umount", [this.#mountPoint], { stdio: "pipe" })
    rmdirSync(this.#mountPoint)
  }
}
