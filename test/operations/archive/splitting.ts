/** Operations of a plan that splits a name in two, and rows whose name `down` doesn't give back: it has two spaces. */
export const people = `
  CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL);
  INSERT INTO people SELECT n, 'Person  ' || n FROM generate_series(1, 50) AS n`

export const newNames = [
  { add_column: { table: "people", column: { name: "first_name", type: "text" }, up: "split_part(name, ' ', 1)" } },
  {
    add_column: {
      table: "people",
      column: { name: "last_name", type: "text" },
      up: "ltrim(substr(name, strpos(name || ' ', ' ')))",
    },
  },
]

export const splitName = [
  ...newNames,
  { drop_column: { table: "people", column: "name", down: "first_name || ' ' || last_name" } },
]
