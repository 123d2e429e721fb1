import { join } from "node:path"
import { cachedPath, cachedProgram } from "./cached-program.mjs"
import { firstProgram, onPath, run } from "./command.mjs"
import { part, say, SetupError } from "./narrate.mjs"
import { root } from "./places.mjs"
import { download } from "./temporal-download.mjs"

/** The release that the project is tested with; the same as in tools/temporal/go.mod. */
export const version = "1.8.2"

/** Temporal's command line, which holds its development server: found, downloaded, or built from source. */
export async function findTemporal() {
  const named = process.env.SLUICE_TEMPORAL_CLI
  if (named && firstProgram([named]) === null) {
    throw new SetupError(`SLUICE_TEMPORAL_CLI names ${named}, which isn't a program.`)
  }
  const folder = `temporal-${version}`
  const found = firstProgram([named, ...onPath("temporal"), cachedPath(folder, "temporal")])
  if (found !== null) return found
  return cachedProgram(folder, "temporal", async (partial) => {
    const program = (await tryDownload(partial)) ?? (await build(partial))
    const answer = await run(program, ["--version"])
    say(`  ${answer.trim()}`)
    return program
  })
}

async function tryDownload(folder) {
  try {
    return await part(`Downloading Temporal's command line ${version}`, null, () => download(version, folder))
  } catch (error) {
    say(`  not to be had: ${error.message}`)
    return null
  }
}

async function build(folder) {
  if (firstProgram(onPath("go")) === null) {
    throw new SetupError(
      "Temporal's command line is needed for its development server. Any of these three will do:\n" +
        "  - install it (https://docs.temporal.io/cli) so that `temporal` is on PATH, or name it in SLUICE_TEMPORAL_CLI\n" +
        "  - let this machine reach https://temporal.download and https://github.com\n" +
        "  - install Go 1.26 or newer, which builds it from tools/temporal",
    )
  }
  const program = join(folder, "temporal")
  const target = "github.com/temporalio/cli/cmd/temporal"
  await part(`Building Temporal's command line ${version} with Go, once for this user`, "5 min on 2 cores", () =>
    run("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", program, target], {
      cwd: join(root, "tools", "temporal"),
      env: { ...process.env, CGO_ENABLED: "0" },
    }),
  )
  return program
}
