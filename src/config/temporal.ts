import { loadClientConfigProfile, loadConfigData, type ClientConfigProfile } from "@temporalio/envconfig"
import { UserError } from "../domain/errors.ts"
import { Secret, type TemporalConfig } from "./config.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { mapping, text } from "./values.ts"

const defaultAddress = "127.0.0.1:7233"

/** What the file says about Temporal; null for what it doesn't. */
export interface TemporalSection {
  readonly address: string | null
  readonly namespace: string | null
}

export function temporalSection(reading: Reading, field: Field | undefined): TemporalSection | null {
  if (!field || isEmpty(field)) return null
  const members = mapping(reading, field, ["address", "namespace"])
  const address = members.get("address")
  const value = text(reading, address)
  if (value !== null && address && !isAddress(value))
    reading.mistake("CONFIG_VALUE", address.line, address.path, `${address.path} must be HOST:PORT`, "127.0.0.1:7233")
  return { address: value, namespace: text(reading, members.get("namespace")) }
}

/**
 * The connection to Temporal: the file first, then the embedded stack where it also holds the control database, then
 * TEMPORAL_* variables and profiles (for TLS and API key always), then the usual local address.
 */
export function temporalConfig(
  section: TemporalSection | null,
  embedded: { readonly address: string; readonly namespace: string } | null,
  env: NodeJS.ProcessEnv,
): TemporalConfig {
  if (section === null && embedded !== null) return { ...embedded, tls: null, apiKey: null }
  const { profile, tls } = readProfile(env)
  return {
    address: section?.address ?? profile.address ?? defaultAddress,
    namespace: section?.namespace ?? profile.namespace ?? "default",
    tls,
    apiKey: profile.apiKey === undefined ? null : new Secret(profile.apiKey),
  }
}

/** True where the environment itself says where Temporal is. */
export function namesTemporal(env: NodeJS.ProcessEnv): boolean {
  return readProfile(env).profile.address !== undefined
}

function readProfile(env: NodeJS.ProcessEnv): { profile: ClientConfigProfile; tls: TemporalConfig["tls"] } {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: Object.fromEntries(defined) })
    return { profile, tls: tlsOf(profile) }
  } catch (error) {
    throw new UserError(
      {
        code: "TEMPORAL_PROFILE",
        subject: "TEMPORAL_*",
        message: "the TEMPORAL_* variables or Temporal's own configuration file can't be read",
        hint: "see `temporal config list`, TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE",
      },
      { cause: error },
    )
  }
}

function tlsOf(profile: ClientConfigProfile): TemporalConfig["tls"] {
  const tls = profile.tls
  if (tls?.disabled === true || (!tls && profile.apiKey === undefined)) return null
  const [ca, cert, key] = [tls?.serverCACert, tls?.clientCert, tls?.clientKey].map((source) => {
    const data = loadConfigData(source)
    return data && Buffer.from(data)
  })
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tls?.serverName !== undefined && { serverName: tls.serverName }),
  }
}

function isAddress(value: string): boolean {
  const port = /:(\d{1,5})$/.exec(value)
  return port !== null && Number(port[1]) > 0 && Number(port[1]) < 65_536 && !value.includes("/") && !/\s/.test(value)
}
