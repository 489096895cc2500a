#!/bin/bash
# Starts PostgreSQL as its own user. An empty volume first gets a cluster, its password, and what the SQL files of
# /docker-entrypoint-initdb.d make, which versions before 0.4.0 mount.
set -euo pipefail
shopt -s nullglob # the folder need not be there

if ((EUID == 0)); then
  install -d -o postgres -g postgres -m 0700 "$PGDATA"
  install -d -o postgres -g postgres -m 0755 /run/postgresql
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi

if [[ $1 == postgres && ! -e $PGDATA/PG_VERSION ]]; then
  password=${POSTGRES_PASSWORD:?Set POSTGRES_PASSWORD}
  initdb --username postgres --pwfile <(echo "$password") --auth scram-sha-256 --encoding UTF8 >/dev/null
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  # On its socket only: whoever asks over TCP has to wait until all is there.
  pg_ctl start --wait --silent --options "-c listen_addresses=''"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    PGPASSWORD=$password psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U postgres -d postgres -f "$file"
  done
  pg_ctl stop --wait --silent --mode fast
fi
exec "$@"
