-- The role of the bot, the workers and the operators' commands: it reads and writes rows, and owns nothing.
-- Only migrations run as the owner of the database.
--
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -v password=... -f application_role.sql
--
-- Run it once as the owner, before or after the first migration. Running it again changes only the password.
SELECT 'CREATE ROLE campusg_app LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'campusg_app') \gexec
ALTER ROLE campusg_app PASSWORD :'password';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO campusg_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO campusg_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO campusg_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO campusg_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO campusg_app;
