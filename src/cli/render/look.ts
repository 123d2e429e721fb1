/** How text may look where it goes to: colours only on a terminal that wants them. */
export interface Look {
  readonly bold: Style
  readonly dim: Style
  readonly red: Style
  readonly green: Style
  readonly yellow: Style
  readonly cyan: Style
  /** Columns of the terminal; null where the text goes into a file or pipe and must not be cut. */
  readonly width: number | null
}
export type Style = (text: string) => string

export interface Screen {
  readonly isTTY: boolean
  readonly columns: number | undefined
}

/** https://no-color.org: any non-empty NO_COLOR switches colours off. */
export function lookOf(screen: Screen, env: NodeJS.ProcessEnv): Look {
  const coloured = screen.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb"
  const style =
    (on: number, off: number): Style =>
    (text) =>
      coloured && text !== "" ? `\u001B[${on}m${text}\u001B[${off}m` : text
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
    width: screen.isTTY ? (screen.columns ?? 80) : null,
  }
}

/** The text's length as a person sees it: without colours. */
export function visibleLength(text: string): number {
  return [...text.replaceAll(/\u001B\[\d+m/g, "")].length
}
