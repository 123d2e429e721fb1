# Two images: `sluice` (worker and command line) and `pooler` (PgBouncer for the sample target).

FROM node:22-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json vitest.config.ts ./
COPY src src
COPY workflows workflows
COPY activities activities
# The bundle of the workflows is made here, so that a worker starts without bundling.
RUN node node_modules/typescript/bin/tsc -b \
 && node --input-type=module --eval "await (await import('/app/dist/src/worker/bundle.js')).workflowBundle()" \
 && npm prune --omit=dev --no-audit --no-fund

# Debian 13 has PostgreSQL 17's client: pg_dump refuses servers newer than itself.
FROM node:22-trixie-slim AS sluice
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# What backups write to belongs to the user that the worker runs as.
RUN mkdir -p /project/backups && chown -R node:node /project
USER node
WORKDIR /project
ENTRYPOINT ["node", "/app/bin/sluice.mjs"]
CMD ["--help"]

FROM debian:trixie-slim AS pooler
RUN apt-get update \
 && apt-get install --yes --no-install-recommends pgbouncer postgresql-client \
 && rm -rf /var/lib/apt/lists/*
COPY docker/pooler/start.sh /start.sh
RUN install --directory --owner=postgres /run/pooler
USER postgres
EXPOSE 6432
ENTRYPOINT ["/bin/sh", "/start.sh"]
