import { join } from "node:path"
import { cachedPath, cachedProgram } from "./cached-program.mjs"
import { firstProgram, onPath, run } from "./command.mjs"
import { part, SetupError } from "./narrate.mjs"
import { root } from "./places.mjs"

/** The release that the benches compare with; the same as in bench/peers/go.mod. */
export const version = "0.16.2"

/**
 * pgroll's program, built from its source once for this user. Only the benches need it, so it is no part of the set-up.
 * Throws a SetupError where it can't be built.
 */
export async function findPgroll() {
  const folder = `pgroll-${version}`
  if (firstProgram([cachedPath(folder, "pgroll")]) === null) requireCompilers()
  return cachedProgram(folder, "pgroll", build)
}

function requireCompilers() {
  const compiler = (process.env.CC || "gcc").split(" ")[0]
  const missing = [
    firstProgram(onPath("go")) === null ? "Go 1.26 or newer" : null,
    firstProgram([compiler, ...onPath(compiler)]) === null ? `a C compiler (${compiler})` : null,
  ].filter((name) => name !== null)
  if (missing.length === 0) return
  throw new SetupError(`pgroll ${version} can't be built: ${missing.join(" and ")} must be on PATH.`)
}

async function build(folder) {
  const program = join(folder, "pgroll")
  const flags = `-s -w -X github.com/xataio/pgroll/cmd.Version=${version}`
  await part(`Building pgroll ${version} with Go, once for this user`, "1.5 min on 2 cores", () =>
    run("go", ["build", "-trimpath", `-ldflags=${flags}`, "-o", program, "github.com/xataio/pgroll"], {
      cwd: join(root, "bench", "peers"),
      // It holds PostgreSQL's parser, which is written in C.
      env: { ...process.env, CGO_ENABLED: "1" },
    }),
  )
  return program
}
