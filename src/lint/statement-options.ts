import type { Node } from "libpg-query"

/** Does a list of options in parentheses, or the old keyword form, switch this one on? `FULL off` doesn't. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return (options ?? []).some((node) => {
    if (!("DefElem" in node) || node.DefElem.defname?.toLowerCase() !== name) return false
    const { arg } = node.DefElem
    if (!arg) return true
    const text = "String" in arg ? arg.String.sval : "Boolean" in arg ? String(arg.Boolean.boolval ?? false) : undefined
    if (text !== undefined) return !["off", "false", "0"].includes(text.toLowerCase())
    return !("Integer" in arg) || (arg.Integer.ival ?? 0) !== 0
  })
}
