/** One `${NAME}` or `${NAME:-default}` of the file. */
export interface Variable {
  readonly name: string
  readonly default: string | null
}

export interface MaskedText {
  readonly text: string
  readonly variables: readonly Variable[]
}

// Two characters of Unicode's private use area bracket a variable's number; nobody types them.
const open = "\uE000"
const close = "\uE001"

/** Replaces each variable by a mark that YAML reads as plain text. Lines stay where they are. */
export function maskVariables(text: string): MaskedText {
  const variables: Variable[] = []
  const masked = text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g,
    (_whole, name: string, otherwise: string | undefined) => {
      variables.push({ name, default: otherwise ?? null })
      return `${open}${variables.length - 1}${close}`
    },
  )
  return { text: masked, variables }
}

/** Puts the environment's values in place of the marks. An empty variable counts as unset, as with `:-` in a shell. */
export function fillVariables(
  text: string,
  variables: readonly Variable[],
  env: NodeJS.ProcessEnv,
): { readonly text: string; readonly unset: readonly string[] } {
  const unset: string[] = []
  const filled = text.replace(new RegExp(`${open}(\\d+)${close}`, "g"), (_whole, index: string) => {
    const variable = variables[Number(index)]
    const value = variable && (env[variable.name] || variable.default)
    if (variable && value === null) unset.push(variable.name)
    return value ?? ""
  })
  return { text: filled, unset }
}

/** The text as it stood in the file, for messages: names of variables, never their values. */
export function unmask(text: string, variables: readonly Variable[]): string {
  return text.replace(new RegExp(`${open}(\\d+)${close}`, "g"), (_whole, index: string) => {
    const variable = variables[Number(index)]
    return variable ? `\${${variable.name}}` : ""
  })
}

/** The names of the variables whose marks stand in a text. */
export function variablesIn(text: string, variables: readonly Variable[]): readonly string[] {
  const marks = text.matchAll(new RegExp(`${open}(\\d+)${close}`, "g"))
  return [...marks].flatMap(([, index]) => variables[Number(index)]?.name ?? [])
}
