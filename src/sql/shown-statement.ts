import { SqlSyntaxError, scanTokens } from "./engine.ts"

/**
 * A statement's text as a person may be shown it, on one line and cut: without comments, which applications fill with
 * whatever they like, and without values. The server leaves values out where it can, which isn't everywhere.
 */
export function shownStatement(text: string, longest: number): string {
  try {
    const tokens = scanTokens(text).filter(({ kind }) => kind !== "comment")
    const shown: string[] = []
    let end = 0
    for (const token of tokens) {
      if (token.start > end && end > 0) shown.push(" ")
      shown.push(isValue(token.text, token.kind) ? "?" : token.text)
      end = token.end
    }
    return cut(shown.join(""), longest)
  } catch (error) {
    if (error instanceof SqlSyntaxError) return ""
    throw error
  }
}

function isValue(text: string, kind: string): boolean {
  return kind === "string" || /^[\d.]*\d/.test(text) || /^([xb]'|[xb]&|n')/i.test(text)
}

function cut(text: string, longest: number): string {
  const characters = [...text]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text
}
