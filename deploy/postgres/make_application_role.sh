#!/bin/sh
# Postgres' image runs this once, when the database is made; for an older database run it in the container by hand.
set -eu
make_role() {
  psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --set ON_ERROR_STOP=1 \
    --set password="$2" --file "/docker-entrypoint-initdb.d/$1.psql"
}
make_role application_role "$APPLICATION_PASSWORD"
if [ -n "${READER_PASSWORD:-}" ]; then
  make_role reader_role "$READER_PASSWORD"
fi
