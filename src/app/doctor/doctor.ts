import { loadConfig } from "../../config/load.ts"
import { SluiceError } from "../../domain/errors.ts"
import { App, type AppOptions } from "../context.ts"
import { loadGraph } from "../load-graph.ts"
import { look, ok, warn, type Check } from "./check.ts"
import { temporalChecks } from "./temporal-checks.ts"
import { targetChecks } from "./target-checks.ts"

/** Every reason why a run would fail later, each with what to do about it. Changes nothing. */
export async function doctor(options: AppOptions, target: string | undefined): Promise<readonly Check[]> {
  let app: App
  try {
    app = new App(await loadConfig(options), options)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return error.findings.map(({ file, line, message, hint }) => ({
      name: "configuration",
      state: "fail",
      detail: line === undefined ? message : `${file ?? "sluice.yaml"}:${line}: ${message}`,
      hint: hint ?? null,
    }))
  }
  try {
    const targets = target === undefined ? Object.values(app.config.targets) : [app.target(target)]
    const checks = [
      ok("configuration", app.config.file ?? "no file"),
      ...(await look("migrations", () => migrationChecks(app))),
      ...(await look("control database", () => controlChecks(app))),
      ...(await look("temporal", () => temporalChecks(app))),
    ]
    for (const each of targets) checks.push(...(await targetChecks(app, each)))
    return checks
  } finally {
    await app.close()
  }
}

async function migrationChecks(app: App): Promise<readonly Check[]> {
  const { revisions, heads } = await loadGraph(app.config.migrations)
  const detail = `${revisions.length} in ${app.config.migrations}`
  if (heads.length < 2) return [ok("migrations", detail)]
  const hint = "name a revision with every plan and start, or join them with sluice merge"
  return [warn("migrations", `${heads.length} heads: ${heads.join(", ")}`, hint)]
}

async function controlChecks(app: App): Promise<readonly Check[]> {
  const control = await app.control()
  const [row] = await control.query<{ version: string }>("SELECT current_setting('server_version') AS version")
  return [ok("control database", `answers, schema up to date, PostgreSQL ${row?.version ?? "unknown"}`)]
}
