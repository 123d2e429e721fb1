/** The task queue of workflows and of the short activities that only write to the control database. */
export const workflowQueue = "sluice-workflows"

/** The task queue of activities that reach targets in a network zone. */
export function targetQueue(zone: string): string {
  return `sluice-target-${zone}`
}
