import type { QueryConfig } from "pg"
import type { Version } from "./protocol.ts"

/** Of ten requests: how many of each kind. */
const mix = ["look", "look", "look", "look", "look", "rename", "rename", "visit", "visit", "arrive"] as const

/**
 * The application's request number `number`, on some row of a table of `rows` rows: prepared, with a list of columns,
 * as its driver sends them.
 */
export function nextRequest(number: number, { searchPath, knowsEmail }: Version, rows: number): QueryConfig {
  const kind = mix[number % mix.length] ?? "look"
  // Far apart, each once before one comes up again.
  const id = ((number * 7_919) % rows) + 1
  const name = `${searchPath} ${knowsEmail ? "new" : "old"} ${kind}`
  const person = `Person ${number}`
  const email = knowsEmail ? [`${number}@example.com`] : []
  switch (kind) {
    case "look":
      return {
        name,
        text: `SELECT id, name, city${knowsEmail ? ", email" : ""} FROM users WHERE id = $1`,
        values: [id],
      }
    case "rename":
      return {
        name,
        text: `UPDATE users SET name = $2${knowsEmail ? ", email = $3" : ""} WHERE id = $1`,
        values: [id, person, ...email],
      }
    case "visit":
      return { name, text: "UPDATE users SET visits = visits + 1 WHERE id = $1", values: [id] }
    case "arrive":
      return {
        name,
        text: knowsEmail
          ? "INSERT INTO users (name, city, email) VALUES ($1, 'Here', $2)"
          : "INSERT INTO users (name, city) VALUES ($1, 'Here')",
        values: [person, ...email],
      }
  }
}
