-- Runs once, when the volume is empty. The role restores backups and owns Dagster's storage. It is not a superuser.
\getenv password DB_PASSWORD
CREATE ROLE toko LOGIN CREATEDB PASSWORD :'password';
CREATE DATABASE dagster OWNER toko;
REVOKE CONNECT ON DATABASE dagster FROM PUBLIC;
