/**
 * When what stands in a row was decided, by the scheduler's clock in epoch milliseconds, and in which attempt: a worker
 * that was frozen and wakes up must not write over what a later one has told.
 */
export const text = String.raw`
ALTER TABLE sluice_control.run ADD COLUMN told_at bigint NOT NULL DEFAULT 0;
ALTER TABLE sluice_control.step
    ADD COLUMN told_at      bigint NOT NULL DEFAULT 0,
    ADD COLUMN told_attempt integer NOT NULL DEFAULT 0;
`
