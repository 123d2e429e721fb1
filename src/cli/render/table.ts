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
