import { UserError } from "../domain/errors.ts"
import type { BackfillProgress, OperatorVerb, RunStatus, StepState, StepStatus } from "../domain/run.ts"
import { choicesOf } from "./choices.ts"
import type { Control } from "./control.ts"

/** What the run's own row holds of it. */
type RunRow = Omit<RunStatus, "steps" | "backfill" | "until" | "offendingRows" | "choices"> & {
  readonly progress: BackfillProgress | null
  readonly offered: readonly OperatorVerb[] | null
}

interface StepRow extends Omit<StepStatus, "state"> {
  readonly run: string
  readonly state: StepState
}

const runColumns = `
  run, target, revisions, strategy, plan_hash AS "planHash", workflow_id AS "workflowId", state, phase,
  waiting_for AS "waitingFor", sluice_control.iso(started_at) AS "startedAt",
  sluice_control.iso(updated_at) AS "updatedAt", sluice_control.iso(ended_at) AS "endedAt",
  started_by AS "startedBy", findings, progress, blockers, choices AS offered,
  (SELECT jsonb_build_object(
            'id', b.id,
            'state', b.state,
            'createdAt', b.record->'createdAt',
            'bytes', b.record->'bytes',
            'restoreSeconds', b.record->'restoreSeconds')
     FROM sluice_control.backup AS b
    WHERE b.target = run.target AND b.run = run.run
    ORDER BY b.created_at DESC, b.id DESC LIMIT 1) AS backup`

/** What `status` shows of one run. `UserError` RUN_NOT_FOUND where there is none of that name. */
export async function loadRun(control: Control, run: string): Promise<RunStatus> {
  const rows = await control.query<RunRow>(`SELECT ${runColumns} FROM sluice_control.run WHERE run = $1`, [run])
  const [status] = await withSteps(control, rows)
  if (!status) throw unknownRun(run)
  return status
}

export interface RunFilter {
  readonly target?: string
  /** True: only runs that haven't ended. */
  readonly open?: boolean
  /** Default 100. */
  readonly limit?: number
}

/** The runs, the latest first. */
export async function listRuns(control: Control, filter: RunFilter = {}): Promise<readonly RunStatus[]> {
  const rows = await control.query<RunRow>(
    `SELECT ${runColumns} FROM sluice_control.run
      WHERE ($1::text IS NULL OR target = $1) AND (NOT $2 OR ended_at IS NULL)
      ORDER BY started_at DESC, run DESC LIMIT $3`,
    [filter.target ?? null, filter.open ?? false, filter.limit ?? 100],
  )
  return withSteps(control, rows)
}

async function withSteps(control: Control, rows: readonly RunRow[]): Promise<readonly RunStatus[]> {
  const steps = await control.query<StepRow>(
    `SELECT run, step AS id, phase, summary, back, state, attempts, error,
            sluice_control.iso(started_at) AS "startedAt", sluice_control.iso(ended_at) AS "endedAt"
       FROM sluice_control.step WHERE run = ANY ($1) ORDER BY run, position`,
    [rows.map(({ run }) => run)],
  )
  const byRun = new Map<string, StepRow[]>(rows.map(({ run }) => [run, []]))
  for (const step of steps) byRun.get(step.run)?.push(step)
  return rows.map((row) => toStatus(row, byRun.get(row.run) ?? []))
}

function toStatus({ progress, offered, ...row }: RunRow, steps: readonly StepRow[]): RunStatus {
  return {
    ...row,
    steps: steps.map(({ id, phase, summary, back, state, attempts, startedAt, endedAt, error }) => {
      return { id, phase, summary, back, state, attempts, startedAt, endedAt, error }
    }),
    backfill: progress,
    choices: choicesOf(row, offered),
  }
}

export function unknownRun(run: string): UserError {
  return new UserError({
    code: "RUN_NOT_FOUND",
    subject: `run ${run}`,
    message: "there is no run of this name",
    hint: "`sluice status` lists the runs.",
  })
}
