import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { z } from "zod"
import { packageDirectory } from "../../src/stack/toolchain.ts"

const dependency = z.strictObject({ condition: z.enum(["service_healthy", "service_completed_successfully"]) })

/** What our docker-compose.yml uses of the specification, and no more: a new key is added here on purpose. */
export const serviceSchema = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.literal("."), target: z.string() }).optional(),
  restart: z.enum(["unless-stopped", "on-failure:6"]).optional(),
  stop_signal: z.string().optional(),
  stop_grace_period: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), dependency).default({}),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
      start_period: z.string(),
    })
    .optional(),
})
export type Service = z.infer<typeof serviceSchema>

const fileSchema = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
})
export type ComposeFile = z.infer<typeof fileSchema>

export function projectFile(path: string): string {
  return join(packageDirectory(), path)
}

/** The file as YAML gives it, with `<<` merged. */
export function rawComposeFile(): Record<string, unknown> {
  return parse(readFileSync(projectFile("docker-compose.yml"), "utf8"), { merge: true }) as Record<string, unknown>
}

export function composeFile(): ComposeFile {
  return fileSchema.parse(rawComposeFile())
}

/** Puts in variables as compose does. Every one of ours must have a default: `${NAME:-default}`. */
export function interpolate(text: string, env: Readonly<Record<string, string>> = {}): string {
  return text.replaceAll(/\$\{([A-Z_]+):-([^}]*)\}/g, (_, name: string, fallback: string) => env[name] ?? fallback)
}

/** The specification's own schema, and the keys that it allows in a service. */
export function specification(): { readonly schema: z.ZodType; readonly serviceKeys: readonly string[] } {
  const text = readFileSync(projectFile("test/compose/compose-spec.json"), "utf8")
  const { $defs } = JSON.parse(text) as { readonly $defs: Record<string, Definition> }
  // zod knows no `unevaluatedProperties`; what it would forbid in services is checked by `serviceKeys`.
  const known: unknown = JSON.parse(text, (key, value: unknown) =>
    key === "unevaluatedProperties" ? undefined : value,
  )
  return {
    schema: z.fromJSONSchema(known as Parameters<typeof z.fromJSONSchema>[0]),
    serviceKeys: keysOf($defs, "service"),
  }
}

interface Definition {
  readonly properties?: Record<string, unknown>
  readonly allOf?: readonly { readonly $ref: string }[]
}

/** The properties of a definition and of those that it is made of. */
function keysOf(definitions: Readonly<Record<string, Definition>>, name: string): readonly string[] {
  const { properties = {}, allOf = [] } = definitions[name] ?? {}
  return [...Object.keys(properties), ...allOf.flatMap(({ $ref }) => keysOf(definitions, $ref.replace("#/$defs/", "")))]
}
