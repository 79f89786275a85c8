#!/bin/sh
# Postgres' image runs this once, when the database is made; for an older database run it in the container by hand.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --set ON_ERROR_STOP=1 \
  --set password="$APPLICATION_PASSWORD" --file /docker-entrypoint-initdb.d/application_role.psql
