/**
 * Temporal's search attributes of a run, with their types: registered by the embedded server and checked by every
 * worker, set by the client and the workflow. None of them is sensitive: search attributes are never encrypted.
 */
export const searchAttributeTypes = {
  SluiceTarget: "Keyword",
  SluiceStrategy: "Keyword",
  SluicePhase: "Keyword",
  SluicePlanHash: "Keyword",
  SluiceGate: "Keyword",
  SluiceRisk: "Keyword",
  SluiceNeedsOperator: "Bool",
} as const
