/** What `sluice init` writes. Every line that is commented out shows the default or an example. */
export const sluiceYamlText = `# Sluice: zero-downtime PostgreSQL changes. \${NAME} is taken from the environment; \${NAME:-default} works too,
# and a secret may also stand in a file: {file: /run/secrets/url}. Check this file with: sluice doctor
version: 1

# Where Temporal and the control database (ledger, plans, register of backups; never a target) are.
# Without these two, the embedded stack of \`sluice dev\` is used.
# temporal: {address: 127.0.0.1:7233, namespace: default}
# control: {url: "\${SLUICE_CONTROL_URL}"}

migrations: ./migrations
backups: {directory: ./backups}

targets:
  app:
    url: \${APP_DATABASE_URL}          # direct, not through a pooler
    schemas: [public]                 # where your tables are; a plain name is looked for in the first
    # A schema of views per version, which applications choose by their role's search_path: see docs/version-views.md.
    # versions: {schemas: true, roles: {old: app_v1, new: app_v2}}
    # What lets a run through each gate: manual (a person: sluice proceed), auto, or {after: 30m}.
    gates: {dual-write: manual, switch: manual, contract: manual, purge: manual}
    soak: 10m                         # how long probes watch before the old shape is hidden
    keep: 7d                          # how long what was hidden can be brought back at once
    # limits: {lockTimeout: 500ms, lockBudget: 10m, batchDuration: 50ms, parallelRanges: 2, restRatio: 10,
    #   maxReplicaLag: 10s, maxSlotLag: 10GB, maxArchiveLag: 1GB, maxWalRate: off}
    # What is asked while rows are filled and while it soaks; a backfill rests while one fails.
    # probes: [{name: health, url: "http://127.0.0.1:8080/health", every: 5s, failuresAllowed: 3}]
`

export const firstRevisionText = `# The first change. Look at it with: sluice plan --target app
id: 0001_first
title: A first table
operations:
  - create_table:
      name: sluice_hello
      columns:
        - {name: id, type: bigint, pk: true}
        - {name: said, type: text, nullable: false}
`
