/** Which steps do nothing on the way forward, so that `status` doesn't show them as work. Of runs before it: not known. */
export const text = String.raw`
ALTER TABLE sluice_control.step ADD COLUMN back boolean NOT NULL DEFAULT false;
`
