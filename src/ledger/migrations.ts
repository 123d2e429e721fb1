import { sha256 } from "../domain/hash.ts"
import { text as first } from "./sql/000001.ts"
import { text as second } from "./sql/000002.ts"
import { text as third } from "./sql/000003.ts"
import { text as fourth } from "./sql/000004.ts"
import { text as fifth } from "./sql/000005.ts"

/** One numbered change of the control database's schema. */
export interface Migration {
  /** Starts at 1, without gaps. */
  readonly version: number
  readonly text: string
  /** sha256 of the text: an applied migration that was edited afterwards is noticed. */
  readonly checksum: string
}

/** All of them, in order. */
export const migrations: readonly Migration[] = [first, second, third, fourth, fifth].map((text, index) => ({
  version: index + 1,
  text,
  checksum: sha256(text),
}))

/** The version that this program works with. */
export const controlVersion = migrations.length
