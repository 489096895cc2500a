-- Runs once, when the volume is empty. The role owns Dagster's storage, and may do nothing else. The role that restores
-- backups is made by the service `migrate` (deploy/toko_deploy/roles.py), also in volumes of earlier versions.
\getenv password DB_PASSWORD
CREATE ROLE toko LOGIN PASSWORD :'password';
CREATE DATABASE dagster OWNER toko;
REVOKE CONNECT ON DATABASE dagster FROM PUBLIC;
