import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { codeOf } from "./rule.ts"
import { rules } from "./rules/index.ts"
import { readScript } from "./script.ts"
import type { Script } from "./script.ts"

export interface LintOptions {
  /** For the findings' `file`. */
  readonly file?: string
  /** `contract`: the old shape is gone, so that dropping it is no error. Default `expand`. */
  readonly phase?: "expand" | "contract"
}

/** Every rule over every statement, in the order of the text. A text that doesn't parse is a finding too. */
export function lintStatements(sql: string, options: LintOptions = {}): readonly Finding[] {
  const file = options.file === undefined ? {} : { file: options.file }
  let script: Script
  try {
    script = readScript(sql)
  } catch (error) {
    if (error instanceof SluiceError) return error.findings.map((finding) => ({ ...finding, ...file }))
    throw error
  }
  return script.statements.flatMap((statement) => {
    const allowed = new Set(script.allowed(statement))
    return rules.flatMap((rule) => {
      if (allowed.has(rule.name) && !rule.strict) return []
      if (options.phase === "contract" && rule.silentAtContract) return []
      const severity = options.phase === "contract" && rule.fineAtContract ? "warning" : rule.severity
      return rule.find(statement, script).map((subject): Finding => ({
        code: codeOf(rule),
        severity,
        subject,
        message: rule.problem,
        hint: rule.strict ? rule.instead : `${rule.instead} ${allowance(rule.name)}`,
        ...file,
        line: statement.line,
      }))
    })
  })
}

function allowance(name: string): string {
  return `To go ahead knowingly, write -- sluice: allow ${name} before the statement.`
}
