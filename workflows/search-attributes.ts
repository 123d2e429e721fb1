import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common"

const { KEYWORD, BOOL } = SearchAttributeType

/** The typed keys of `searchAttributeTypes` in domain, for the client that starts a run and the workflow. */
export const searchAttributes = {
  target: defineSearchAttributeKey("SluiceTarget", KEYWORD),
  strategy: defineSearchAttributeKey("SluiceStrategy", KEYWORD),
  phase: defineSearchAttributeKey("SluicePhase", KEYWORD),
  planHash: defineSearchAttributeKey("SluicePlanHash", KEYWORD),
  gate: defineSearchAttributeKey("SluiceGate", KEYWORD),
  /** `losing` where a step of the plan loses data once purged, else `additive`. */
  risk: defineSearchAttributeKey("SluiceRisk", KEYWORD),
  needsOperator: defineSearchAttributeKey("SluiceNeedsOperator", BOOL),
} as const
