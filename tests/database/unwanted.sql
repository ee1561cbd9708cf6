-- One statement a line: writing, leaving the file, changing a setting. {folder} is the database's.
INSERT INTO orders VALUES (-1, 'x', 1)
UPDATE orders SET city = 'x'
DELETE FROM orders
DROP TABLE orders
DROP VIEW big_orders
ALTER TABLE orders ADD COLUMN x INTEGER
TRUNCATE orders
CREATE TABLE x AS SELECT 1 AS a
CREATE TEMP TABLE orders AS SELECT 1 AS order_id
CREATE TEMP VIEW orders AS SELECT 1 AS order_id
CREATE TEMP MACRO lower(x) AS 'changed'
CREATE SCHEMA x
CREATE SEQUENCE x
CREATE SECRET x (TYPE s3)
COPY orders TO '{folder}/x.csv'
COPY (SELECT 1) TO '{folder}/x.parquet' (FORMAT parquet)
COPY (SELECT 1) TO '/dev/stdout'
COPY orders FROM '{folder}/other.csv'
EXPORT DATABASE '{folder}/x'
IMPORT DATABASE '{folder}/x'
ATTACH '{folder}/x.duckdb'
ATTACH '{folder}/x.duckdb' AS x (READ_WRITE)
ATTACH '{folder}/x.db' AS x (TYPE sqlite)
ATTACH ':memory:' AS x
ATTACH DATABASE '{folder}/x.db' AS x
DETACH shop
DETACH DATABASE main
USE memory
INSTALL httpfs
INSTALL sqlite FROM community
FORCE INSTALL json
LOAD httpfs
LOAD json
LOAD '{folder}/x.so'
SET enable_external_access = true
SET lock_configuration = false
SET temp_directory = '{folder}'
SET threads = 8
SET memory_limit = '8GB'
SET VARIABLE x = 1
RESET memory_limit
PRAGMA temp_directory = '{folder}'
PRAGMA database_list
PRAGMA journal_mode = WAL
PRAGMA writable_schema = ON
PRAGMA query_only = OFF
PRAGMA user_version = 7
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA enable_profiling = 'json'
PRAGMA profiling_output = '{folder}/x.json'
VACUUM
VACUUM INTO '{folder}/x.db'
ANALYZE
REINDEX
CHECKPOINT
FORCE CHECKPOINT
BEGIN
BEGIN EXCLUSIVE
COMMIT
SAVEPOINT x
PREPARE x AS SELECT 1
EXECUTE x
CALL pragma_version()
CALL enable_logging()
CALL enable_logging(storage = 'file', storage_path = '{folder}/logs')
EXPLAIN ANALYZE INSERT INTO orders VALUES (-1, 'x', 1)
WITH x AS (SELECT 1) INSERT INTO orders SELECT -1, 'x', 1 FROM x
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('{folder}/*')
SELECT * FROM read_parquet('{folder}/x.parquet')
SELECT * FROM read_json('https://example.com/x.json')
SELECT * FROM read_duckdb('{folder}/shop.duckdb')
SELECT * FROM '/etc/passwd'
SELECT * FROM '{folder}/other.csv'
SELECT * FROM glob('{folder}/*')
SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM sqlite_scan('{folder}/shop.db', 'orders')
SELECT * FROM relation
SELECT * FROM query('INSERT INTO orders VALUES (-1, ''x'', 1)')
SELECT write_log('x', level := 'error')
SELECT load_extension('{folder}/x.so')
SELECT writefile('{folder}/x', 'x')
SELECT readfile('/etc/passwd')
SELECT fts3_tokenizer('x', 'y')
SELECT getenv('PATH')
SELECT nextval('x')
SELECT 1; DROP TABLE orders
