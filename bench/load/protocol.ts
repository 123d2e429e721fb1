/** Which version of the application is deployed. */
export interface Version {
  readonly searchPath: string
  /** Whether it knows the column `email`. */
  readonly knowsEmail: boolean
}

/** What the load's process is asked to do. */
export type Command =
  | { readonly do: "connect"; readonly url: string; readonly connections: number; readonly rows: number }
  /** Requests per second, whether those before are answered or not; null: as many as are answered. */
  | { readonly do: "load"; readonly rate: number | null }
  | { readonly do: "deploy"; readonly version: Version }
  /** Answers what happened since the last mark, and begins anew. */
  | { readonly do: "mark" }
  | { readonly do: "stop" }

/** What happened between two marks. */
export interface Span {
  readonly seconds: number
  readonly answered: number
  readonly failed: number
  /** By SQLSTATE and message, how many. */
  readonly failures: Readonly<Record<string, number>>
  /** In milliseconds, from the moment in which a request was due: waiting for a free connection is waiting too. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}
