/**
 * Every code that a finding or an error may bear, with what it means and what to do. One list: the reference in
 * docs/ is generated from it, and a test sees to it that no code is used that isn't here.
 */
export const errorCodes: Readonly<Record<string, string>> = {
  BUG: "A defect of Sluice. Please report it with the message and the run's audit trail.",
}
