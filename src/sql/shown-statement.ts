import { scanTokens } from "./engine.ts"

/**
 * A statement's text as a person may be shown it, on one line and cut: without comments, which applications fill with
 * whatever they like, and without values. The server leaves values out where it can, which isn't everywhere. The text
 * must be one that the parser takes.
 */
export function shownStatement(text: string, longest: number): string {
  const shown: string[] = []
  let end = 0
  for (const token of scanTokens(text).filter(({ kind }) => kind !== "comment")) {
    if (token.start > end && end > 0) shown.push(" ")
    shown.push(token.kind === "string" || isValue(token.text) ? "?" : token.text)
    end = token.end
  }
  return cut(shown.join(""), longest)
}

/** A number, or a string of whichever kind: `B'1'`, `U&'…'`. */
function isValue(text: string): boolean {
  return text.endsWith("'") || /^\.?\d/.test(text)
}

function cut(text: string, longest: number): string {
  const characters = [...text]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text
}
