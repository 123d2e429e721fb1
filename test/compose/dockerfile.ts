/** A stage of a Dockerfile and what it does, instruction by instruction. */
export interface Stage {
  readonly from: string
  readonly name: string
  readonly instructions: readonly { readonly name: string; readonly argument: string }[]
}

/** Reads a Dockerfile as far as ours goes: comments, lines continued by a backslash, named stages. */
export function stagesOf(text: string): readonly Stage[] {
  const stages: { from: string; name: string; instructions: { name: string; argument: string }[] }[] = []
  const logical = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll("\\\n", " ")
  for (const line of logical.split("\n").filter((each) => each.trim() !== "")) {
    const [, name = "", argument = ""] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? []
    const from = /^(\S+)\s+AS\s+(\S+)$/.exec(argument)
    if (name === "FROM") stages.push({ from: from?.[1] ?? argument, name: from?.[2] ?? "", instructions: [] })
    else stages.at(-1)?.instructions.push({ name, argument })
  }
  return stages
}
