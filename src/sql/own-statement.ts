import { trusted } from "./sql.ts"

/**
 * Stands in those of our own statements that read an application's columns by their names at any time: the server counts
 * them like an application's. Within the statement, because what stands before it isn't always kept.
 */
export const ownMark = trusted("/* sluice */")
