import { expect, test } from "vitest"
import { findRoleSessions, type RoleSessions } from "../../src/postgres/role-sessions.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, createRole } from "../harness/database.ts"

test("the application's sessions are counted by a role that may see no more of them than whose they are", async () => {
  const [application, ours] = [await createRole({ prefix: 'App "1"' }), await createRole()]
  const database = await createDatabase()
  try {
    const count = (): Promise<RoleSessions> =>
      withSession({ url: database.urlAs(ours), applicationName: "test" }, (session) =>
        findRoleSessions(session, application.name),
      )
    expect(await count()).toEqual({ sessions: 0, applications: [] })
    await withSession({ url: database.urlAs(application), applicationName: "app" }, async () => {
      expect(await count()).toEqual({ sessions: 1, applications: ["app"] })
    })
    await withSession({ url: database.urlAs(application), applicationName: "app" }, () =>
      withSession({ url: database.urlAs(application), applicationName: "app" }, async () => {
        expect(await count()).toEqual({ sessions: 2, applications: ["app"] })
      }),
    )
  } finally {
    await database.drop()
    await Promise.all([application.drop(), ours.drop()])
  }
})
