import type { Machine } from "../machine.ts"
import type { Row } from "../row.ts"
import { peerValue, value, verdict } from "./words.ts"

/** docs/benchmarks.md. */
export function renderPage(rows: readonly Row[], machine: Machine, quick: boolean): string {
  const { cores, processor, memoryGb, system, postgres, node, date } = machine
  const command = quick ? "npm run bench -- --quick --write" : "npm run bench -- --write"
  return `<!-- Written by \`${command}\`. Don't edit: measure again. -->

# Benchmarks

Measured on ${date} with PostgreSQL ${postgres} and Node ${node}: ${cores} cores (${processor}), ${memoryGb} GB, ${system}.
Server, application, tools and measurement share these cores, so absolute times mean little; what counts are ratios of
measurements made in turns, right after each other. A figure is the median of its rounds, with the spread beside it.
Both tools get a copy of the same database, checkpointed, with the same settings; pgroll is version 0.16.2 with its
defaults, Sluice has its own, and works as a role that is no superuser.
${quick ? "\nSizes are those of the short run (`--quick`): fewer rounds, and mostly a fifth or a twentieth of the rows. Each note has them.\n" : ""}
| figure | measured | goal | pgroll | |
|---|---|---|---|---|
${rows.map((row) => `| [${row.name}](#${row.name}) | ${cell(value(row.figure, row.unit))} | ${cell(row.goal ?? "")} | ${cell(peerValue(row))} | ${verdict(row)} |`).join("\n")}

${rows.map((row) => `## ${row.name}\n\n${row.about}.\n\n${row.note}`).join("\n\n")}
`
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|")
}
