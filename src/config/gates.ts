import { isMap } from "yaml"
import { gateNames, type GateMode, type Gates } from "../domain/gate.ts"
import { nearestName } from "../domain/nearest.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { duration, mapping, text } from "./values.ts"

/** Every gate asks a person unless the file says otherwise. */
export function gates(reading: Reading, field: Field | undefined): Gates {
  const members = field ? mapping(reading, field, gateNames) : new Map<string, Field>()
  const mode = (name: string): GateMode => gateMode(reading, members.get(name))
  return {
    "dual-write": mode("dual-write"),
    switch: mode("switch"),
    contract: mode("contract"),
    purge: mode("purge"),
  }
}

function gateMode(reading: Reading, field: Field | undefined): GateMode {
  if (!field || isEmpty(field)) return "manual"
  if (isMap(field.node)) {
    const after = mapping(reading, field, ["after"]).get("after")
    if (!after) {
      const message = `${field.path} must be manual, auto or {after: DURATION}`
      reading.mistake("CONFIG_VALUE", field.line, field.path, message)
    }
    return { afterMs: duration(reading, after, 0) }
  }
  const value = text(reading, field)
  if (value === "manual" || value === "auto" || value === null) return value ?? "manual"
  const nearest = nearestName(value, ["manual", "auto"])
  const message = `${field.path} must be manual, auto or {after: DURATION}`
  reading.mistake("CONFIG_VALUE", field.line, field.path, message, nearest ? `did you mean ${nearest}?` : undefined)
  return "manual"
}
