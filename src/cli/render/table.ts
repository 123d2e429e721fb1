import { visibleLength, type Look } from "./look.ts"

/** Columns side by side, each as wide as its widest cell; the last one is cut to the terminal. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], look: Look): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => visibleLength(row[column] ?? ""))))
  const line = (row: readonly string[]): string => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? ""
      const padding = column === widths.length - 1 ? 0 : width - visibleLength(cell)
      return cell + " ".repeat(padding)
    })
    return cut(cells.join("  ").trimEnd(), look.width)
  }
  return [look.dim(line(header)), ...rows.map(line)].join("\n")
}

/** Cuts a line to the terminal's width. Colours are kept whole: they take no room. */
export function cut(line: string, width: number | null): string {
  if (width === null || visibleLength(line) <= width) return line
  let room = width - 1
  let kept = ""
  for (const part of line.split(/(\u001B\[\d+m)/)) {
    if (part.startsWith("\u001B")) kept += part
    else {
      const characters = [...part].slice(0, Math.max(0, room))
      room -= characters.length
      kept += characters.join("")
    }
  }
  return `${kept}…`
}

/**
 * Broken between words into lines that fit, those of a text with several lines each by itself; what goes on is indented
 * like the line that it belongs to. Only a word that is longer than a line is broken within.
 */
export function wrap(text: string, width: number | null): string {
  if (width === null) return text
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n")
}

function wrapLine(line: string, width: number): readonly string[] {
  if (visibleLength(line) <= width) return [line]
  const indent = /^ */.exec(line)?.[0] ?? ""
  const lines: string[] = []
  let current = indent
  for (const word of line
    .slice(indent.length)
    .split(" ")
    .flatMap(pieces(width - indent.length))) {
    const longer = current === indent ? `${current}${word}` : `${current} ${word}`
    if (current !== indent && visibleLength(longer) > width) {
      lines.push(current)
      current = `${indent}${word}`
    } else current = longer
  }
  return [...lines, current]
}

function pieces(room: number): (word: string) => readonly string[] {
  return (word) => {
    const isPlain = !word.includes("\u001B")
    if (!isPlain || room < 1 || visibleLength(word) <= room) return [word]
    return [...word].reduce<string[]>((parts, character, at) => {
      if (at % room === 0) parts.push("")
      parts[parts.length - 1] += character
      return parts
    }, [])
  }
}
