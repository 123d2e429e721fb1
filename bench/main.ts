import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { lookOf } from "../src/cli/render/look.ts"
import { packageDirectory } from "../src/stack/toolchain.ts"
import { readArguments } from "./arguments.ts"
import { benches } from "./benches/index.ts"
import { describeMachine } from "./machine.ts"
import { renderPage } from "./output/page.ts"
import { renderTable } from "./output/table.ts"
import { runBenches } from "./run.ts"

const { stdout, stderr, env } = process
const say = (line: string): void => void stderr.write(`${line}\n`)
const request = readArguments(process.argv.slice(2), benches)
if (typeof request === "string") {
  say(request)
  process.exit(2)
}
// The programs on their leashes don't keep this process alive; while it waits for nothing but them, this does.
const alive = setInterval(() => {}, 60_000)
const rows = await runBenches(request, benches, say)
clearInterval(alive)
if (request.write) {
  const file = join(packageDirectory(), "docs", "benchmarks.md")
  writeFileSync(file, renderPage(rows, await describeMachine(), request.quick))
  say("docs/benchmarks.md is written")
}
const look = lookOf({ isTTY: stdout.isTTY === true, columns: stdout.columns }, env)
stdout.write(request.json ? `${JSON.stringify({ benches: rows })}\n` : `${renderTable(rows, look)}\n`)
