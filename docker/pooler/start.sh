#!/bin/sh
# PgBouncer in transaction mode before the sample target, for the two roles of its applications.
set -eu

folder=${POOLER_RUN:-/run/pooler}
umask 077
cat >"$folder/users.txt" <<USERS
"app_v1" "$APP_PASSWORD"
"app_v2" "$APP_PASSWORD"
USERS
cat >"$folder/pgbouncer.ini" <<INI
[databases]
$POOLER_DATABASE = host=$POOLER_HOST port=$POOLER_PORT dbname=$POOLER_DATABASE

[pgbouncer]
listen_addr = ${POOLER_LISTEN:-0.0.0.0}
listen_port = ${POOLER_LISTEN_PORT:-6432}
unix_socket_dir =
pool_mode = transaction
auth_type = scram-sha-256
auth_file = $folder/users.txt
max_client_conn = 500
default_pool_size = 20
; What drivers send with every connection and what doesn't matter to a pool.
ignore_startup_parameters = extra_float_digits
INI
exec pgbouncer "$folder/pgbouncer.ini"
