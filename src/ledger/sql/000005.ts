/**
 * The control database's own name, by which a target's journal tells whose a run is. Where a ledger was begun before, it
 * is made from its first entry: a backup from before this change comes to the same one.
 */
export const text = String.raw`
CREATE TABLE sluice_control.identity (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    name text NOT NULL
);
INSERT INTO sluice_control.identity (name)
SELECT coalesce((SELECT hash FROM sluice_control.entry WHERE seq = 1), gen_random_uuid()::text);

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sluice_control.identity
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_control.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sluice_control.identity
    FOR EACH STATEMENT EXECUTE FUNCTION sluice_control.refuse_change();
ALTER TABLE sluice_control.identity ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE sluice_control.identity ENABLE ALWAYS TRIGGER refuse_truncate;
`
