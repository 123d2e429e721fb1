import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { UserError } from "../domain/errors.ts"

/** The configuration file's name, looked for from the working directory upward. */
export const configFileName = "sluice.yaml"

/** The file given, or the nearest `sluice.yaml` upward; null where there is none. */
export function findConfigFile(options: { readonly file?: string | undefined; readonly cwd: string }): string | null {
  if (options.file !== undefined) {
    const path = resolve(options.cwd, options.file)
    if (existsSync(path) && statSync(path).isFile()) return path
    throw new UserError({
      code: "CONFIG_NOT_FOUND",
      subject: options.file,
      message: `there is no file ${options.file}`,
      hint: "check --config",
    })
  }
  for (let directory = resolve(options.cwd); ; directory = dirname(directory)) {
    const path = join(directory, configFileName)
    if (existsSync(path)) return path
    if (directory === dirname(directory)) return null
  }
}

export function configNotFound(cwd: string): UserError {
  return new UserError({
    code: "CONFIG_NOT_FOUND",
    subject: configFileName,
    message: `there is no ${configFileName} in ${cwd} or above`,
    hint: "sluice init writes one; --config names another",
  })
}

/** The file's text; a byte order mark is dropped. */
export function readConfigFile(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "")
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable"
    throw new UserError({ code: "CONFIG_NOT_FOUND", subject: path, message: `${path} can't be read (${why})` })
  }
}
