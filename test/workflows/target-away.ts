import type { Project } from "../harness/project.ts"

/** The target takes nobody in any more and sends away who is there; a superuser alone is let in. */
export async function shut({ database }: Project): Promise<void> {
  await database.query(`
    ALTER DATABASE ${database.name} CONNECTION LIMIT 0;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`)
}

/** Whether the run's role may log in; sessions that are there stay. */
export async function login({ database, target }: Project, may: "LOGIN" | "NOLOGIN"): Promise<void> {
  await database.query(`ALTER ROLE ${new URL(target.url.reveal()).username} ${may}`)
}

export async function open({ database }: Project): Promise<void> {
  await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`)
}
