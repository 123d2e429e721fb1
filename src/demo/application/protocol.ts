import type { Comparison } from "./comparison.ts"
import type { ApplicationReport } from "./measurements.ts"
import type { Statement, Workload } from "./workload.ts"

/** What the application's process can be asked, and what it answers. Sent over Node's channel, never on a command line. */
export interface Calls {
  start: { readonly argument: { name: string; url: string; workload: Workload }; readonly answer: null }
  report: { readonly argument: null; readonly answer: ApplicationReport }
  use: { readonly argument: readonly Statement[]; readonly answer: null }
  makes: { readonly argument: number; readonly answer: ApplicationReport }
  stop: { readonly argument: null; readonly answer: ApplicationReport }
  compare: { readonly argument: WireComparison; readonly answer: Comparison }
}

/** The comparison's options with the address as text. */
export interface WireComparison {
  readonly url?: string
  readonly table?: string
  readonly searchPath?: string
  readonly columns?: Readonly<Record<string, string | null>>
}

export type CallName = keyof Calls

export interface Request<Name extends CallName = CallName> {
  readonly id: number
  readonly call: Name
  readonly argument: Calls[Name]["argument"]
}

export type Response =
  | { readonly id: number; readonly answer: Calls[CallName]["answer"] }
  | { readonly id: number; readonly error: string }
