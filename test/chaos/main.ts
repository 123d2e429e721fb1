import { join } from "node:path"
import { parseArgs } from "node:util"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { campaign } from "./campaign.ts"
import type { Change } from "./changes/change.ts"
import { email } from "./changes/email.ts"
import { name } from "./changes/name.ts"
import type { HarmedRun } from "./one-run.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "8" },
    change: { type: "string", default: "name" },
    json: { type: "boolean", default: false },
  },
})
const seed = number("--seed", values.seed)
const runs = number("--runs", values.runs)
const change = changeNamed(values.change)
const directory = join(packageDirectory(), ".sluice", "chaos")
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const done = await campaign({ directory, change, seed, runs, say })
const wrong = done.filter(({ problems }) => problems.length > 0)
process.stdout.write(values.json ? `${JSON.stringify({ seed, ...sums(done), runs: done })}\n` : `${inWords(done)}\n`)
process.exitCode = wrong.length === 0 ? 0 : 1

function changeNamed(text: string): Change {
  const changes: Readonly<Record<string, Change>> = { name, email }
  const change = changes[text]
  if (change) return change
  process.stderr.write(`--change is name (a column becomes two) or email (a column is added and filled), not ${text}\n`)
  process.exit(2)
}

function number(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  process.stderr.write(`${option} needs a whole number, not ${text}\n`)
  process.exit(2)
}

function sums(all: readonly HarmedRun[]) {
  const sum = (of: (one: HarmedRun) => number): number => all.reduce((total, one) => total + of(one), 0)
  const blows: Record<string, number> = {}
  for (const { blow, phase } of all) {
    const name = phase === "ended" ? "too late" : blow
    blows[name] = (blows[name] ?? 0) + 1
  }
  return {
    right: all.filter(({ problems }) => problems.length === 0).length,
    wrong: all.filter(({ problems }) => problems.length > 0).length,
    blows,
    acknowledged: sum((one) => one.acknowledged),
    lost: sum((one) => one.lost),
  }
}

function inWords(all: readonly HarmedRun[]): string {
  const { right, wrong, blows, acknowledged, lost } = sums(all)
  const counted = Object.entries(blows).map(([blow, count]) => `${blow} ${count}`)
  return `seed ${seed}: ${right} runs ended right, ${wrong} wrong (${counted.join(", ")}); ${acknowledged} acknowledged writes, ${lost} lost`
}
