/** Every gate passes by itself. */
export const auto = { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" } as const

/** A table whose rows take their time, so that a backfill can be met in the middle. */
export const slowUpdates = `
  CREATE FUNCTION public.take_time() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.002); RETURN NEW; END $$;
  CREATE TRIGGER take_time BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.take_time();
  ALTER TABLE public.people ENABLE ALWAYS TRIGGER take_time;`

/** The operations of a revision that adds a required column, filled by this expression. */
export function emailOf(up: string): string {
  return `
  - add_column:
      table: people
      column: {name: email, type: text, nullable: false}
      up: "${up}"
`
}
