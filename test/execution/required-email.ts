/** A table of 50 people, and a required column that is filled from their names. */
export const people = `
  CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL);
  INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 50) AS n`

export const addEmail = {
  add_column: { table: "people", column: { name: "email", type: "text", nullable: false }, up: "lower(name)" },
}
