import type { OperationExample } from "../operation.ts"
import type { DropColumnInput } from "./input.ts"

const users = `
CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name text NOT NULL,
  last_name text NOT NULL,
  full_name character varying(80) NOT NULL DEFAULT '',
  fax text,
  CONSTRAINT users_full_name_key UNIQUE (full_name, id),
  CONSTRAINT users_full_name_trimmed CHECK (full_name = trim(full_name))
);
COMMENT ON COLUMN public.users.full_name IS 'As it is printed';
COMMENT ON CONSTRAINT users_full_name_trimmed ON public.users IS 'No blanks around it';
CREATE INDEX users_full_name_lower ON public.users (lower(full_name));
GRANT SELECT (full_name) ON public.users TO PUBLIC;
INSERT INTO public.users (first_name, last_name, full_name, fax)
SELECT 'First' || n, 'Last' || n, 'First' || n || ' Last' || n, CASE WHEN n % 9 = 0 THEN '0' || n END
  FROM generate_series(1, 400) AS n;`

/** What the reference shows and the lifecycle harness takes through every phase. */
export const dropColumnExamples: readonly OperationExample<DropColumnInput>[] = [
  {
    title: "A required column that others still read",
    given: users,
    oldWrites: [
      "INSERT INTO public.users (first_name, last_name, full_name) SELECT 'New', 'Nr' || count(*), 'New Nr' || count(*) FROM public.users",
      "UPDATE public.users SET first_name = 'Re', full_name = 'Re ' || last_name WHERE id % 50 = 1",
      "DELETE FROM public.users WHERE id % 100 = 7",
    ],
    newWrites: [
      "INSERT INTO public.users (first_name, last_name) SELECT 'Only', 'New' || count(*) FROM public.users",
      "UPDATE public.users SET last_name = 'Changed' || id WHERE id % 30 = 4",
    ],
    input: { table: "users", column: "full_name", down: "trim(first_name || ' ' || last_name)" },
  },
  {
    title: "A name in two parts instead of one",
    given: `
CREATE TABLE public.people (id integer PRIMARY KEY, name text NOT NULL, visits integer NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX people_name ON public.people (name);
INSERT INTO public.people SELECT n, 'First' || n || repeat(' ', 1 + n % 3) || 'Last' || n FROM generate_series(1, 400) AS n;`,
    oldWrites: [
      "INSERT INTO public.people (id, name) SELECT max(id) + 1, 'Newcomer  Nr ' || max(id) FROM public.people",
      "UPDATE public.people SET name = 'Re ' || name WHERE id % 50 = 1",
      "UPDATE public.people SET visits = visits + 1 WHERE id % 20 = 3",
      "DELETE FROM public.people WHERE id % 100 = 7",
    ],
    newWrites: [
      "INSERT INTO public.people (id, first_name, last_name) SELECT max(id) + 1, 'Ada', 'Nr ' || max(id) FROM public.people",
      "UPDATE public.people SET last_name = 'Changed' || id WHERE id % 30 = 4",
    ],
    beside: [
      {
        kind: "add_column",
        input: { table: "people", column: { name: "first_name", type: "text" }, up: "split_part(name, ' ', 1)" },
      },
      {
        kind: "add_column",
        input: {
          table: "people",
          column: { name: "last_name", type: "text" },
          up: "ltrim(substr(name, length(split_part(name, ' ', 1)) + 1))",
        },
      },
    ],
    input: { table: "people", column: "name", down: "trim(first_name || ' ' || last_name)" },
  },
  {
    title: "A column that may be empty",
    given: users,
    oldWrites: ["UPDATE public.users SET fax = '1' || id WHERE id % 20 = 3"],
    newWrites: ["INSERT INTO public.users (first_name, last_name, full_name) VALUES ('Ada', 'Lovelace', 'Ada')"],
    input: { table: "users", column: "fax" },
  },
  {
    title: "A required column that its default fills, on a partitioned table",
    given: `
CREATE TABLE public.events (
  id bigint NOT NULL,
  day date NOT NULL,
  payload jsonb,
  source character varying(20) COLLATE "C" NOT NULL DEFAULT 'web',
  PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
CREATE INDEX events_source ON public.events (source, day DESC) WHERE source <> 'web';
ALTER TABLE public.events ALTER COLUMN source SET STATISTICS 500;
COMMENT ON COLUMN public.events.source IS 'Where it came from';
GRANT SELECT (source) ON public.events TO PUBLIC;
INSERT INTO public.events SELECT n, date '2023-07-01' + n, '{}', 'app' || n % 7 FROM generate_series(1, 400) AS n;`,
    oldWrites: [
      "INSERT INTO public.events (id, day, source) SELECT max(id) + 1, '2024-06-01', 'mail' FROM public.events",
      "UPDATE public.events SET source = source || '.' WHERE id % 50 = 1",
      "UPDATE public.events SET day = day + 365 WHERE id % 40 = 3",
      "DELETE FROM public.events WHERE id % 100 = 7",
    ],
    newWrites: ["INSERT INTO public.events (id, day) SELECT max(id) + 1, '2024-07-01' FROM public.events"],
    input: { table: "events", column: "source" },
  },
]
