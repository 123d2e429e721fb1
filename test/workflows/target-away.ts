import type { Project } from "../harness/project.ts"

/** The target takes nobody in any more and sends away who is there; a superuser alone is let in. */
export async function shut({ database }: Project): Promise<void> {
  await database.query(`
    ALTER DATABASE ${database.name} CONNECTION LIMIT 0;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`)
}

export async function open({ database }: Project): Promise<void> {
  await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`)
}
