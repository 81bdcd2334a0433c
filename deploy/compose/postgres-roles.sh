#!/bin/sh
# Run once, by the image, on an empty folder. `tarazy_owner` owns and migrates the tables; the roles come as `tarazy`, which reads
# and writes rows and cannot take a trigger off: history and audit refuse UPDATE and DELETE.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\set password `cat /run/secrets/postgres-roles.password`
CREATE ROLE tarazy LOGIN PASSWORD :'password';
REVOKE ALL ON DATABASE tarazy FROM PUBLIC;
GRANT CONNECT ON DATABASE tarazy TO tarazy;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tarazy;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tarazy;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tarazy;
SQL
