import { formatDuration } from "../../domain/duration.ts"

/** `1,234,567` */
export function number(value: number): string {
  return Math.round(value).toLocaleString("en-US")
}

/** `3 steps`, `1 step` */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : many}`
}

/** `12.3 MB`, in powers of a thousand. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"]
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3))
  return `${Number((value / 1000 ** power).toFixed(1))} ${units[power]}`
}

/** `2026-01-31 12:00:05`, in UTC. */
export function time(at: string | Date | null): string {
  return at === null ? "" : new Date(at).toISOString().slice(0, 19).replace("T", " ")
}

/** How long it took, or is taking. Empty where it hasn't begun. */
export function span(from: string | null, to: string | null, now: number): string {
  return from === null ? "" : formatDuration(Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from)))
}
