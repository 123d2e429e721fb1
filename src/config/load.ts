import { dirname, resolve } from "node:path"
import { RefusedError, UserError } from "../domain/errors.ts"
import { Secret, type Config } from "./config.ts"
import { embeddedStack, type EmbeddedStack } from "./embedded.ts"
import { configNotFound, findConfigFile, readConfigFile } from "./find-file.ts"
import { isEmpty, Reading, type Field } from "./reading.ts"
import { databaseUrl, identityOf } from "./secrets.ts"
import { targets } from "./targets.ts"
import { namesTemporal, temporalConfig, temporalSection } from "./temporal.ts"
import { mapping, text } from "./values.ts"

export interface LoadOptions {
  /** `--config`; without it the nearest `sluice.yaml` upward. */
  readonly file?: string | undefined
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

const keys = ["version", "temporal", "control", "migrations", "backups", "targets"] as const

/**
 * Reads `sluice.yaml` and the environment into a complete configuration. Throws one `UserError` CONFIG_INVALID that
 * holds every mistake with its line.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  return loadConfigNow(options)
}

/** The same without a moment in between, in which another reading could begin. */
export function loadConfigNow(options: LoadOptions): Config {
  const file = findConfigFile(options)
  if (file === null) throw configNotFound(options.cwd)
  const directory = dirname(file)
  const stack = embeddedStack(directory)
  const reading = new Reading(file, readConfigFile(file), withSampleTarget(options.env, stack))
  const config = readConfig(reading, directory, stack, options.env)
  throwMistakes(reading)
  if (config.control.url.reveal() === "") throw stackNotRunning(directory)
  refuseControlAsTarget(config)
  return config
}

function readConfig(reading: Reading, directory: string, stack: EmbeddedStack | null, env: NodeJS.ProcessEnv): Config {
  const members = mapping(reading, reading.root, keys)
  checkVersion(reading, members.get("version"))
  const section = temporalSection(reading, members.get("temporal"))
  const control = readControl(reading, members.get("control"), directory, stack)
  const embedsControl = isEmpty(members.get("control"))
  const temporalStack = stack && (embedsControl || !namesTemporal(env)) ? stack.temporal : null
  const backups = members.get("backups")
  const backup = backups ? mapping(reading, backups, ["directory", "scratch"]) : new Map<string, Field>()
  const scratch = backup.get("scratch")
  const scratchUrl = scratch ? mapping(reading, scratch, ["url"]).get("url") : undefined
  return {
    file: reading.file,
    secretFiles: reading.secretFiles,
    directory,
    temporal: temporalConfig(section, temporalStack, env),
    control: { url: control },
    migrations: resolve(directory, text(reading, members.get("migrations")) ?? "migrations"),
    backups: {
      directory: resolve(directory, text(reading, backup.get("directory")) ?? "backups"),
      scratchUrl: databaseUrl(reading, scratchUrl, directory),
    },
    targets: targets(reading, members.get("targets"), directory),
  }
}

function checkVersion(reading: Reading, field: Field | undefined): void {
  const given = text(reading, field)
  if (given === "1") return
  const line = field?.line ?? reading.root.line
  if (given === null)
    reading.mistake("CONFIG_VALUE", line, "version", "the file must say which format it has", "add version: 1")
  else
    reading.mistake(
      "CONFIG_VALUE",
      line,
      "version",
      `the format ${given} isn't known to this program`,
      "write version: 1",
    )
}

function readControl(
  reading: Reading,
  field: Field | undefined,
  directory: string,
  stack: EmbeddedStack | null,
): Secret {
  if (!field || isEmpty(field)) {
    if (stack) return stack.controlUrl
    return new Secret("")
  }
  const url = mapping(reading, field, ["url"]).get("url")
  if (isEmpty(url)) reading.mistake("CONFIG_MISSING", field.line, "control", "control needs a url")
  return databaseUrl(reading, url, directory) ?? new Secret("")
}

/** Nothing is wrong with the file: it leaves control database and Temporal to the embedded stack. */
function stackNotRunning(directory: string): UserError {
  return new UserError({
    code: "STACK_NOT_RUNNING",
    subject: directory,
    message: `the embedded stack of ${directory} isn't running, and sluice.yaml names no control database of its own`,
    hint: "start it: sluice dev; or add control: {url: ${SLUICE_CONTROL_URL}}",
  })
}

/** While `sluice dev` runs, its sample database stands behind a variable that nobody has to set. */
function withSampleTarget(env: NodeJS.ProcessEnv, stack: EmbeddedStack | null): NodeJS.ProcessEnv {
  if (!stack || env["SCHEDULEDB_URL"]) return env
  return { ...env, SCHEDULEDB_URL: stack.sampleUrl.reveal() }
}

function throwMistakes(reading: Reading): void {
  // Of a file that can't be read, what seems to be missing or unknown in it says nothing.
  const syntax = reading.mistakes.filter(({ code }) => code === "CONFIG_SYNTAX")
  const mistakes = syntax.length > 0 ? syntax : reading.mistakes
  const findings = mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const [first] = findings
  if (!first) return
  const where = `${reading.file}, line ${first.line}`
  const message =
    findings.length === 1
      ? `${where}: ${first.message}`
      : `${reading.file} has ${findings.length} mistakes, the first in line ${first.line}: ${first.message}`
  throw new UserError({ ...first, code: "CONFIG_INVALID", subject: reading.file, message }, { findings })
}

/** The ledger must not live in a database that is being migrated: a restore would take the proof away with it. */
export function refuseControlAsTarget(config: Config): void {
  const control = identityOf(config.control.url)
  for (const target of Object.values(config.targets)) {
    if (identityOf(target.url) !== control) continue
    throw new RefusedError({
      code: "CONTROL_IS_TARGET",
      subject: `targets.${target.name}`,
      message: `the target ${target.name} is the control database itself`,
      hint: "give the ledger a database of its own: control.url",
    })
  }
}
