import type { Config, TargetConfig } from "../config/config.ts"
import { loadConfig, type LoadOptions } from "../config/load.ts"
import { TransientError, UserError } from "../domain/errors.ts"
import { nearestName } from "../domain/nearest.ts"
import { anchorFileOf } from "../ledger/anchor.ts"
import { checkControlVersion, openControl, type Control } from "../ledger/control.ts"
import { identityOf } from "../ledger/identity.ts"
import type { MeantRun } from "../execution/whose-run.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { positive } from "./positive.ts"
import { TemporalLink } from "./temporal.ts"

export interface AppOptions extends LoadOptions {
  /** Who acts, for ledger and history. */
  readonly actor: string
}

/** What every use case works with: the configuration, and connections that are opened when first needed. */
export class App {
  readonly config: Config
  readonly actor: string
  readonly env: NodeJS.ProcessEnv
  #control: Promise<Control> | null = null
  #temporal: TemporalLink | null = null

  constructor(config: Config, options: Pick<AppOptions, "actor" | "env">) {
    this.config = config
    this.actor = options.actor
    this.env = options.env
  }

  /** The control database, its version checked. */
  control(): Promise<Control> {
    this.#control ??= this.#openControl()
    return this.#control
  }

  /** The run of this name that this control database has started, whatever a target has by that name. */
  async ownRun(run: string): Promise<MeantRun> {
    return { run, control: await identityOf(await this.control()) }
  }

  temporal(): TemporalLink {
    this.#temporal ??= new TemporalLink(
      this.config.temporal,
      // For a machine that is so busy that its worker answers late.
      positive(this.env["SLUICE_ANSWER_MS"]) ?? undefined,
    )
    return this.#temporal
  }

  target(name: string): TargetConfig {
    const known = Object.keys(this.config.targets)
    const target = Object.hasOwn(this.config.targets, name) ? this.config.targets[name] : undefined
    if (target) return target
    const nearest = nearestName(name, known)
    throw new UserError({
      code: "UNKNOWN_TARGET",
      subject: name,
      message: `there is no target ${name} in ${this.config.file ?? "sluice.yaml"}`,
      hint: nearest ? `did you mean ${nearest}?` : `targets there: ${known.join(", ") || "none"}`,
    })
  }

  /** The only target where none was named; an error that lists them where there are several. */
  targetOrOnly(name: string | undefined): TargetConfig {
    if (name !== undefined) return this.target(name)
    const all = Object.values(this.config.targets)
    const [only] = all
    if (only && all.length === 1) return only
    throw new UserError({
      code: "TARGET_NOT_NAMED",
      subject: "--target",
      message: "there are several targets: name one",
      hint: `--target ${all.map((target) => target.name).join(" | ")}`,
    })
  }

  /** A session in a target for a question of the command line: short statements, no waiting for locks. */
  async inTarget<T>(target: TargetConfig, verb: string, work: (session: Session) => Promise<T>): Promise<T> {
    const options = {
      url: target.url,
      applicationName: `sluice:cli:${verb}`,
      statementTimeoutMs: 60_000,
      lockTimeoutMs: target.limits.lockTimeoutMs,
    }
    try {
      return await withSession(options, work)
    } catch (error) {
      // A worker tries again; on a command line the address is the person's to mend.
      if (!(error instanceof TransientError) || error.code !== "DATABASE_UNREACHABLE") throw error
      throw new UserError({ ...error.finding, subject: `target ${target.name}` }, { cause: error })
    }
  }

  async close(): Promise<void> {
    const control = await this.#control?.catch(() => null)
    await Promise.all([this.#temporal?.close(), control?.close()])
  }

  async #openControl(): Promise<Control> {
    const control = openControl(this.config.control.url, { anchorFile: anchorFileOf(this.config.directory) })
    try {
      await checkControlVersion(control)
      return control
    } catch (error) {
      await control.close()
      throw error
    }
  }
}

/** Reads the configuration and runs a use case; connections are closed whatever happens. */
export async function withApp<T>(options: AppOptions, work: (app: App) => Promise<T>): Promise<T> {
  const app = new App(await loadConfig(options), options)
  try {
    return await work(app)
  } finally {
    await app.close()
  }
}

export async function openApp(options: AppOptions): Promise<App> {
  return new App(await loadConfig(options), options)
}
