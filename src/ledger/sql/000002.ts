/** Verbs that a stopped run offers, as its workflow says. NULL: a worker of an earlier version wrote the state. */
export const text = String.raw`
ALTER TABLE sluice_control.run ADD COLUMN choices jsonb;
`
