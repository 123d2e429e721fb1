import type { OperationExample } from "../operation.ts"
import type { RenameColumnInput } from "./input.ts"

const users = `
CREATE TABLE public.teams (id integer PRIMARY KEY, title text NOT NULL);
INSERT INTO public.teams SELECT n, 'Team ' || n FROM generate_series(0, 6) AS n;
CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  team integer NOT NULL DEFAULT 0,
  login character varying(40) COLLATE "C" NOT NULL,
  CONSTRAINT users_team_fkey FOREIGN KEY (team) REFERENCES public.teams (id) ON DELETE CASCADE,
  CONSTRAINT users_login_key UNIQUE (login) INCLUDE (team),
  CONSTRAINT users_login_lower CHECK (login = lower(login))
);
COMMENT ON COLUMN public.users.login IS 'What they type';
COMMENT ON CONSTRAINT users_login_lower ON public.users IS 'Small letters';
CREATE INDEX users_login_prefix ON public.users (team DESC NULLS LAST, login varchar_pattern_ops) WHERE (login <> 'root');
INSERT INTO public.users (team, login) SELECT n % 7, 'user' || n FROM generate_series(1, 400) AS n;`

const oldWrites = [
  "INSERT INTO public.users (team, login) SELECT 1, 'new' || count(*) || '_' || max(id) FROM public.users",
  "UPDATE public.users SET login = 're_' || login WHERE id % 50 = 1",
  "UPDATE public.users SET team = (team + 1) % 7 WHERE id % 20 = 3",
  "DELETE FROM public.users WHERE id % 100 = 7",
]

/** What the reference shows and the lifecycle harness takes through every phase. */
export const renameColumnExamples: readonly OperationExample<RenameColumnInput>[] = [
  {
    title: "Another name, on a bare table",
    given: users,
    oldWrites,
    newWrites: [
      "INSERT INTO public.users (team, handle) SELECT 2, 'fresh' || count(*) || '_' || max(id) FROM public.users",
      "UPDATE public.users SET handle = 'h_' || id WHERE id % 30 = 4",
    ],
    input: { table: "users", from: "login", to: "handle" },
  },
  {
    title: "Another name, through version views",
    given: users,
    oldWrites,
    versionViews: true,
    viewWrites: [
      "INSERT INTO public.users (team, handle) SELECT 2, 'fresh' || count(*) || '_' || max(id) FROM public.users",
      "UPDATE public.users SET handle = 'h_' || id WHERE id % 30 = 4",
    ],
    input: { table: "users", from: "login", to: "handle" },
  },
]
