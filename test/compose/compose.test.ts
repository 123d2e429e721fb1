import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { loadConfig } from "../../src/config/load.ts"
import { composeFile, interpolate, projectFile, rawComposeFile, specification } from "./compose-file.ts"
import { stagesOf } from "./dockerfile.ts"

const file = composeFile()
const services = Object.entries(file.services)
const stages = stagesOf(readFileSync(projectFile("Dockerfile"), "utf8"))

describe("docker-compose.yml", () => {
  test("is right by the Compose Specification", () => {
    const { schema, serviceKeys } = specification()
    expect(schema.safeParse(rawComposeFile()).error?.issues).toBeUndefined()
    expect(serviceKeys.length).toBeGreaterThan(80)
    const used = services.flatMap(([, service]) => Object.keys(service))
    expect(used.filter((key) => !serviceKeys.includes(key))).toEqual([])
  })

  test("the specification's schema refuses what isn't in it", () => {
    const { schema } = specification()
    const wrong = { services: { a: { image: "x", depends_on: { b: { condition: "service_ready" } } } } }
    expect(schema.safeParse(wrong).success).toBe(false)
  })

  test("waits only for services that can say that they are ready", () => {
    for (const [name, service] of services) {
      for (const [needed, { condition }] of Object.entries(service.depends_on)) {
        const other = file.services[needed]
        expect(other, `${name} needs ${needed}`).toBeDefined()
        if (condition === "service_healthy") expect(other?.healthcheck, needed).toBeDefined()
        else expect(other?.restart, needed).toBe("on-failure:6") // it ends, and isn't started again once it did
      }
    }
  })

  test("never waits in a circle", () => {
    const depth = (name: string, above: readonly string[]): void => {
      expect(above).not.toContain(name)
      for (const needed of Object.keys(file.services[name]?.depends_on ?? {})) depth(needed, [...above, name])
    }
    for (const [name] of services) depth(name, [])
  })

  test("every volume is declared and used, and every mounted file is there", () => {
    const mounts = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(":")[0] ?? ""))
    const named = mounts.filter((mount) => !mount.startsWith("."))
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(file.volumes).toSorted())
    for (const path of mounts.filter((mount) => mount.startsWith(".")))
      expect(existsSync(projectFile(path)), path).toBe(true)
  })

  test("publishes each port once, on this machine only, under a name that can be set", () => {
    const ports = services.flatMap(([, service]) => service.ports)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/)
    const published = ports.map((port) => interpolate(port).split(":")[1])
    expect(new Set(published).size).toBe(published.length)
  })

  test("has no password that can't be set, and none without saying that it is for development", () => {
    const secret = /PASSWORD|PWD|SECRET/
    for (const [name, service] of services) {
      for (const [key, value] of Object.entries(service.environment)) {
        if (secret.test(key)) expect(value, `${name} ${key}`).toMatch(/^\$\{[A-Z_]+:-[a-z]+-development\}$/)
        if (value.includes("://"))
          expect(value, `${name} ${key}`).toMatch(/:\/\/[a-z]+:\$\{[A-Z_]+:-[a-z]+-development\}@/)
      }
    }
  })

  test("gives one variable one default everywhere", () => {
    const text = readFileSync(projectFile("docker-compose.yml"), "utf8")
    const defaults = new Map<string, Set<string>>()
    for (const [, name = "", fallback = ""] of text.matchAll(/\$\{([A-Z_]+)(?::-([^}]*))?\}/g)) {
      defaults.set(name, (defaults.get(name) ?? new Set()).add(fallback))
    }
    for (const [name, values] of defaults) expect([name, values.size, values.has("")]).toEqual([name, 1, false])
  })

  test("addresses name services and the ports that these listen on", () => {
    const listens: Record<string, string> = {
      control: "5432",
      "temporal-postgres": "5432",
      scheduledb: "5432",
      temporal: "7233",
    }
    for (const [, { environment }] of services) {
      const { POSTGRES_SEEDS: seeds, POOLER_HOST: host, TEMPORAL_ADDRESS: address, DB_PORT, POOLER_PORT } = environment
      if (seeds !== undefined) expect(listens[seeds]).toBe(DB_PORT)
      if (host !== undefined) expect(listens[host]).toBe(POOLER_PORT)
      if (address !== undefined) expect(listens[address.split(":")[0] ?? ""]).toBe(address.split(":")[1])
      for (const value of Object.values(environment).filter((each) => each.includes("://"))) {
        const url = new URL(interpolate(value))
        expect(listens[url.hostname], value).toBe(url.port)
      }
    }
  })

  test("both sides of each login have the same password", () => {
    const password = (service: string, key: string): string =>
      interpolate(file.services[service]?.environment[key] ?? "")
    const url = (key: string): URL => new URL(interpolate(file.services["worker"]?.environment[key] ?? ""))
    expect(url("SLUICE_CONTROL_URL").password).toBe(password("control", "POSTGRES_PASSWORD"))
    expect(url("SLUICE_CONTROL_URL").username).toBe(password("control", "POSTGRES_USER"))
    expect(url("SLUICE_CONTROL_URL").pathname).toBe(`/${password("control", "POSTGRES_DB")}`)
    expect(url("SCHEDULEDB_URL").password).toBe(password("scheduledb", "SLUICE_PASSWORD"))
    expect(url("SCHEDULEDB_URL").pathname).toBe(`/${password("scheduledb", "POSTGRES_DB")}`)
    expect(password("pooler", "APP_PASSWORD")).toBe(password("scheduledb", "APP_PASSWORD"))
    expect(password("temporal", "POSTGRES_PWD")).toBe(password("temporal-postgres", "POSTGRES_PASSWORD"))
    expect(password("temporal-schema", "SQL_PASSWORD")).toBe(password("temporal-postgres", "POSTGRES_PASSWORD"))
  })

  test("the worker's configuration is a valid one in the worker's environment", async () => {
    const environment = file.services["worker"]?.environment ?? {}
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolate(value)]))
    const config = await loadConfig({ file: projectFile("docker/sluice.yaml"), cwd: projectFile("docker"), env })
    expect(config.temporal).toMatchObject({ address: "temporal:7233", namespace: "sluice" })
    expect(new URL(config.control.url.reveal()).hostname).toBe("control")
    expect(new URL(config.targets["scheduledb"]?.url.reveal() ?? "").hostname).toBe("scheduledb")
  })
})

describe("Dockerfile", () => {
  test("has each stage that compose builds, and copies only what is there and not ignored", () => {
    const names = stages.map((stage) => stage.name)
    for (const [, service] of services) if (service.build) expect(names).toContain(service.build.target)
    const taken = readFileSync(projectFile(".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1))
    for (const { name, argument } of stages.flatMap((stage) => stage.instructions)) {
      if (name !== "COPY" || argument.startsWith("--from=")) continue
      for (const source of argument.split(/\s+/).slice(0, -1)) {
        expect(existsSync(projectFile(source)), source).toBe(true)
        expect(
          taken.some((path) => source === path || source.startsWith(`${path}/`)),
          source,
        ).toBe(true)
      }
    }
  })

  test("copies from stages that come before, and everything that the sources import", () => {
    for (const [index, stage] of stages.entries()) {
      const earlier = stages.slice(0, index).map((each) => each.name)
      for (const { argument } of stage.instructions) {
        const from = /--from=(\S+)/.exec(argument)?.[1]
        if (from !== undefined) expect(earlier).toContain(from)
      }
    }
    const copied = stages.find((stage) => stage.name === "build")?.instructions ?? []
    const folders = copied.filter(({ name }) => name === "COPY").flatMap(({ argument }) => argument.split(/\s+/))
    expect(folders).toEqual(expect.arrayContaining(["src", "workflows", "activities", "package-lock.json"]))
  })

  test("no image runs as root, and each begins with a program that is in it", () => {
    for (const stage of stages.filter((each) => each.name !== "build")) {
      expect(stage.instructions.map(({ name }) => name)).toEqual(expect.arrayContaining(["USER", "ENTRYPOINT"]))
      const entrypoint = stage.instructions.find(({ name }) => name === "ENTRYPOINT")?.argument ?? "[]"
      const file = (JSON.parse(entrypoint) as string[])[1] ?? ""
      const targets = stage.instructions
        .filter(({ name }) => name === "COPY")
        .map(({ argument }) => argument.split(/\s+/).at(-1))
      expect(
        targets.some((target) => file === target || file.startsWith(`/app/${target}/`)),
        file,
      ).toBe(true)
    }
  })

  test("the images' Node is one that the project supports", () => {
    const { engines } = JSON.parse(readFileSync(projectFile("package.json"), "utf8")) as { engines: { node: string } }
    const least = Number(/\d+/.exec(engines.node)?.[0])
    for (const { from } of stages.filter((stage) => stage.from.startsWith("node:"))) {
      expect(Number(/^node:(\d+)/.exec(from)?.[1])).toBeGreaterThanOrEqual(least)
    }
  })
})

test("every script of the containers is valid shell", () => {
  const scripts = readdirSync(projectFile("docker"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".sh"),
  )
  expect(scripts.length).toBe(4)
  for (const script of scripts) execFileSync("/bin/sh", ["-n", projectFile(`docker/${script}`)])
})
