import { posix } from "node:path"

/** One import of a file, as it is written. */
export interface Import {
  readonly specifier: string
  /** Nothing of it is left after compiling: `import type` or `export type`. */
  readonly typeOnly: boolean
  /** The names between the braces, as written. */
  readonly names: readonly string[]
  readonly line: number
}

/** A file of the project: its path from the project's folder, with slashes, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const statement = /^[ \t]*(import|export)\s+(type\s+)?([^"';]*?)\s*\bfrom\s+["']([^"']+)["']/gm
const bare = /^[ \t]*import\s+["']([^"']+)["']/gm
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g

/**
 * All imports of a text. `import { type A }` counts as an import of values: it leaves `import {} from` behind, which
 * drags the module in. So does `import("…")`, even where only a type is taken.
 */
export function importsOf(text: string): readonly Import[] {
  const lineAt = (index: number): number => text.slice(0, index).split("\n").length
  return [
    ...[...text.matchAll(statement)].map((match) => ({
      specifier: match[4] ?? "",
      typeOnly: match[2] !== undefined,
      names: (/\{([^}]*)\}/.exec(match[3] ?? "")?.[1] ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
      line: lineAt(match.index),
    })),
    ...[...text.matchAll(bare), ...text.matchAll(dynamic)].map((match) => ({
      specifier: match[1] ?? "",
      typeOnly: false,
      names: [],
      line: lineAt(match.index),
    })),
  ]
}

/** The path of the file that a relative import means, or null for a package. Not by text: `../a/../b.ts` is `b.ts`. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, ".ts")
}

/** The text without comments and strings, lines kept: for rules about what code calls. */
export function codeOf(text: string): string {
  const blank = (match: string): string => match.replaceAll(/[^\n]/g, " ")
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, blank)
}
