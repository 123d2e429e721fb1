import { z } from "zod"

/** How much a finding weighs: an `error` stops, a `warning` has to be read, an `info` is worth knowing. */
export const severities = ["error", "warning", "info"] as const
export type Severity = (typeof severities)[number]

/**
 * One thing that was found: by configuration, lint, planner, precheck or a failing step. The one shape in which
 * Sluice tells a person that something is wrong or worth knowing.
 */
export interface Finding {
  /** Stable name from the list in error-codes.ts, e.g. `UNKNOWN_COLUMN`. */
  readonly code: string
  readonly severity: Severity
  /** What it is about: `public.users.email`, `sluice.yaml`, `0004_split_name`. Never row data. */
  readonly subject: string
  readonly message: string
  /** What to do about it; the exact command or GRANT where there is one. */
  readonly hint?: string
  readonly file?: string
  /** First line is 1. */
  readonly line?: number
}

export const findingSchema: z.ZodType<Finding> = z.object({
  code: z.string(),
  severity: z.enum(severities),
  subject: z.string(),
  message: z.string(),
  hint: z.string().exactOptional(),
  file: z.string().exactOptional(),
  line: z.number().int().exactOptional(),
})

/** True where one of them stops what they are about. */
export function hasErrors(findings: readonly Pick<Finding, "severity">[]): boolean {
  return findings.some(({ severity }) => severity === "error")
}
