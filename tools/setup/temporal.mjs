import { createHash } from "node:crypto"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cacheFolder, isExecutable, onPath, projectFolder } from "./places.mjs"
import { runCommand, tail } from "./run-command.mjs"
import { Problem, say } from "./words.mjs"

/** As in tools/temporal/go.mod. */
const version = "1.8.2"

/** Temporal's command line with its development server: named, on PATH, kept, downloaded, or built. */
export async function findTemporal() {
  const named = process.env.SLUICE_TEMPORAL_CLI
  if (named) {
    if (isExecutable(named)) return named
    throw new Problem(`SLUICE_TEMPORAL_CLI names ${named}, which can't be run.`)
  }
  const kept = join(cacheFolder(`temporal-${version}`), "temporal")
  const found = onPath("temporal") ?? (isExecutable(kept) ? kept : null)
  if (found) return found
  mkdirSync(cacheFolder(`temporal-${version}`), { recursive: true })
  if ((await download(kept)) || (await build(kept))) return kept
  throw new Problem(
    [
      "Temporal's command line is needed for its development server. Any of these will do:",
      "  put `temporal` on PATH (see Temporal's documentation, \"Install the Temporal CLI\")",
      "  name it in SLUICE_TEMPORAL_CLI",
      "  install Go 1.26 or later, and set-up builds it (about five minutes, once)",
    ].join("\n"),
  )
}

/** From the archive address that Temporal documents. Given up at once where the internet isn't reached. */
async function download(kept) {
  const platform = process.platform === "darwin" ? "darwin" : "linux"
  const arch = process.arch === "arm64" ? "arm64" : "amd64"
  const url = `https://temporal.download/cli/archive/v${version}?platform=${platform}&arch=${arch}`
  const folder = mkdtempSync(join(tmpdir(), "sluice-temporal-"))
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    if (!response.ok || !response.body) return false
    say(`Downloading Temporal's command line ${version} (some seconds)`)
    const bytes = Buffer.from(await response.arrayBuffer())
    const archive = join(folder, "temporal.tar.gz")
    writeFileSync(archive, bytes)
    const unpacked = await runCommand("tar", ["-xzf", archive, "-C", folder])
    const program = join(folder, "temporal")
    if (unpacked.code !== 0 || !(await reports(program))) return false
    say(`  sha256 ${createHash("sha256").update(bytes).digest("hex")}`)
    keep(program, kept)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** From the pinned module, whose go.sum checks every source. */
async function build(kept) {
  if (onPath("go") === null) return false
  say(`Building Temporal's command line ${version} with Go (about five minutes, once for this user)`)
  const partial = `${kept}.${process.pid}.partial`
  const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", partial, "github.com/temporalio/cli/cmd/temporal"]
  const { code, output } = await runCommand("go", args, { cwd: join(projectFolder, "tools", "temporal") })
  if (code !== 0) {
    rmSync(partial, { force: true })
    throw new Problem(`Building Temporal's command line failed:\n${tail(output)}`)
  }
  renameSync(partial, kept)
  return reports(kept)
}

async function reports(program) {
  chmodSync(program, 0o755)
  const { code, output } = await runCommand(program, ["--version"])
  return code === 0 && output.includes(version)
}

/** The rename is what makes it appear: another set-up at the same time never sees half a program. */
function keep(program, kept) {
  const partial = `${kept}.${process.pid}.partial`
  copyFileSync(program, partial)
  chmodSync(partial, 0o755)
  renameSync(partial, kept)
}
