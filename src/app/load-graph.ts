import { throwOnErrors } from "../domain/errors.ts"
import { buildGraph, type RevisionGraph } from "../revisions/graph.ts"
import { readRevisionsOf } from "./load-revisions.ts"

/** The graph of the migrations folder. Throws with every mistake of every file at once. */
export async function loadGraph(directory: string): Promise<RevisionGraph> {
  const { revisions, findings } = await readRevisionsOf(directory)
  throwOnErrors(findings, `the revisions have ${findings.length} mistakes`)
  const graph = buildGraph(revisions)
  throwOnErrors(graph.findings, `the revisions have ${graph.findings.length} mistakes`)
  return graph
}
