#!/bin/sh
# Runs once, when the sample target's data directory is made: the role that Sluice uses, which owns the database, and
# two for the old and the new application. None is a superuser.
set -eu

psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv sluice_password SLUICE_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE sluice LOGIN CREATEDB PASSWORD :'sluice_password' IN ROLE pg_monitor;
CREATE ROLE app_v1 LOGIN PASSWORD :'app_password';
CREATE ROLE app_v2 LOGIN PASSWORD :'app_password';
SELECT current_database() AS database \gset
ALTER DATABASE :"database" OWNER TO sluice;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SET ROLE sluice;
GRANT USAGE ON SCHEMA public TO app_v1, app_v2;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_v1, app_v2;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_v1, app_v2;
SQL
