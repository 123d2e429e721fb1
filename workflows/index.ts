/** The entry of the workflow bundle: every workflow by the name under which it is started. */
export { expandContract } from "./expand-contract.ts"
