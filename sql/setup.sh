#!/bin/sh
# Run by the container of Postgres when its data is made: setup.sql with the passwords from the environment.
set -eu

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=collector_password="$COLLECTOR_DATABASE_PASSWORD" \
    --set=gateway_password="$GATEWAY_DATABASE_PASSWORD" \
    --file=/setup/setup.sql
