import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "./command.mjs"

const platforms = { linux: "linux", darwin: "darwin" }
const architectures = { x64: "amd64", arm64: "arm64" }

/**
 * Downloads a release from Temporal's archive into `folder` and answers the program's path. Used only where its sum is
 * the one in the release's list of checksums. Gives up after five seconds without an answer.
 */
export async function download(version, folder) {
  const platform = platforms[process.platform]
  const arch = architectures[process.arch]
  if (!platform || !arch) throw new Error(`there is no release for ${process.platform} ${process.arch}`)
  const name = `temporal_cli_${version}_${platform}_${arch}.tar.gz`
  const sums = await get(`https://github.com/temporalio/cli/releases/download/v${version}/checksums.txt`)
  const expected = sumOf(sums.toString("utf8"), name)
  const archive = await get(`https://temporal.download/cli/archive/v${version}?platform=${platform}&arch=${arch}`)
  const actual = createHash("sha256").update(archive).digest("hex")
  if (actual !== expected) throw new Error(`the archive's checksum is ${actual}, the release says ${expected}`)
  const file = join(folder, name)
  writeFileSync(file, archive)
  await run("tar", ["-xzf", file, "-C", folder, "temporal"])
  return join(folder, "temporal")
}

/** The sum of one file in a list as `sha256sum` prints it. */
export function sumOf(list, name) {
  const line = list.split("\n").find((each) => each.trim().endsWith(` ${name}`))
  if (line === undefined) throw new Error(`the release's checksums don't name ${name}`)
  return line.trim().split(/\s+/)[0]
}

async function get(address) {
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(), 5_000)
  let response
  try {
    response = await fetch(address, { signal: impatience.signal })
  } catch {
    throw new Error(`${new URL(address).host} can't be reached`)
  } finally {
    clearTimeout(timer)
  }
  if (!response.ok) throw new Error(`${new URL(address).host} answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}
