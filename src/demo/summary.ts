import { join } from "node:path"
import { formatDuration } from "../domain/duration.ts"
import type { RunningStack } from "../stack/start.ts"
import type { LiveApplication } from "./application/application.ts"
import type { Change } from "./changes.ts"
import type { PhaseTime } from "./phases.ts"
import { inTheEnd } from "./workload.ts"

/** The last line of `sluice demo --json` (interface). Times in milliseconds. */
export interface DemoFigures {
  readonly requests: number
  readonly failed: number
  readonly acknowledged: number
  readonly lost: number
  readonly kills: number
  readonly worstStallMs: number
  /** `back`: on the way back of a run that is taken back. */
  readonly phases: readonly PhaseTime[]
  readonly pauseMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export interface DemoSummary {
  readonly figures: DemoFigures
  readonly checkedRows: number
  /** What went wrong, by SQLSTATE, with an example each. */
  readonly failures: readonly string[]
  readonly changes: readonly Change[]
  /** The folder. */
  readonly reports: string
  readonly uiUrl: string | null
}

/** Stops the applications, compares every acknowledged write with the table, and adds up. */
export async function summaryOf(demo: {
  readonly applications: readonly LiveApplication[]
  readonly changes: readonly Change[]
  readonly directory: string
  readonly stack: RunningStack
}): Promise<DemoSummary> {
  const reports = await Promise.all(demo.applications.map((application) => application.stop()))
  const comparisons = await Promise.all(
    demo.applications.map((application) => application.compare({ columns: inTheEnd })),
  )
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return {
    figures: {
      requests: sum(reports.map(({ requests }) => requests)),
      failed: sum(reports.map(({ failed }) => failed)),
      acknowledged: sum(reports.map(({ acknowledged }) => acknowledged)),
      lost: sum(comparisons.map(({ lost }) => lost)),
      kills: sum(demo.changes.map(({ kills }) => kills)),
      worstStallMs: Math.max(...reports.map(({ worstStallMs }) => worstStallMs)),
      phases: demo.changes.flatMap(({ phases }) => phases),
      // Nothing pauses clients in expand-contract; what they wait for is a lock, and that is a stall.
      pauseMs: { p50: 0, p99: 0, max: 0 },
    },
    checkedRows: sum(comparisons.map(({ checked }) => checked)),
    failures: [
      ...reports.flatMap(({ failures }) =>
        Object.entries(failures).map(([code, { count, example }]) => `${count} × ${code}: ${example}`),
      ),
      ...comparisons.flatMap(({ examples }) =>
        examples.slice(0, 5).map(({ key, problem }) => `row ${key}: ${problem}`),
      ),
    ],
    changes: demo.changes,
    reports: join(demo.directory, "reports"),
    uiUrl: demo.stack.addresses.temporal.uiUrl,
  }
}

/** The closing table for a person. */
export function tableOf({ figures, checkedRows, failures, changes, reports, uiUrl }: DemoSummary): string {
  const lines: [string, string][] = [
    ["requests", String(figures.requests)],
    ["failed requests", String(figures.failed)],
    ["acknowledged writes", `${figures.acknowledged} (${checkedRows} rows checked)`],
    ["lost writes", String(figures.lost)],
    ["workers killed", String(figures.kills)],
    ["longest wait of a request", `${figures.worstStallMs} ms`],
    ...changes.flatMap(({ run, what, phases }): [string, string][] => [
      [run, `${formatDuration(phases.reduce((sum, { ms }) => sum + ms, 0))}: it ${what}`],
      ...phases.map(({ phase, back, ms }): [string, string] => [
        `  ${back ? "way back: " : ""}${phase}`,
        formatDuration(ms),
      ]),
    ]),
    ["reports", reports],
    ...(uiUrl === null ? [] : [["Temporal's UI", uiUrl] as [string, string]]),
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  const table = lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  return [...table, ...failures.map((failure) => `! ${failure}`)].join("\n")
}
