-- title: a file in single quotes
SELECT * FROM '/etc/passwd'
-- title: a file in single quotes with a suffix
SELECT * FROM 'data.csv'
-- title: a file in double quotes
SELECT * FROM "/etc/passwd"
-- title: a file in double quotes with a suffix
SELECT * FROM "data.parquet"
-- title: a pattern of files
FROM '*.csv'
-- title: a pattern of files in double quotes
FROM "data/*.json"
-- title: a compressed file
FROM 'data.csv.gz'
-- title: a file with a suffix in capitals
FROM 'DATA.CSV'
-- title: a file in the home folder
FROM '~/secrets.json'
-- title: a file above
FROM '../other.db'
-- title: a Windows path
FROM 'C:\data.csv'
-- title: an address
FROM 'https://example.com/x.csv'
-- title: an s3 address
SELECT * FROM 's3://bucket/key.parquet'
-- title: a file in a join
SELECT * FROM orders JOIN 'customers.csv' USING (customer_id)
-- title: a file in a CTE
WITH f AS (SELECT * FROM 'x.parquet') SELECT * FROM f
-- title: a file in a subquery
SELECT (SELECT count(*) FROM 'x.csv')
-- title: a file behind a comma
SELECT * FROM orders, 'x.csv'
-- title: a file in a pivot
PIVOT 'x.csv' ON a USING count(*)
-- title: a file in an unpivot
UNPIVOT 'x.csv' ON a INTO NAME n VALUE v
-- title: a file in the standard pivot
SELECT * FROM 'x.csv' PIVOT (count(*) FOR a IN (1))
-- title: a file as a namespace
SELECT * FROM "x.duckdb".main.t
-- title: two parts that make a file's name
SELECT * FROM data.csv."/etc/passwd"
-- title: standard input
FROM '/dev/stdin'
-- title: a process's memory
FROM '/proc/self/environ'
-- title: a file with a FROM-first SELECT
FROM 'x.ndjson' SELECT *
-- title: a file as a table in a set operation
SELECT 1 UNION SELECT * FROM 'x.tsv'
-- title: a DuckDB file
FROM 'other.duckdb'
-- title: information_schema
SELECT * FROM information_schema.tables
-- title: information_schema in capitals
SELECT * FROM INFORMATION_SCHEMA.COLUMNS
-- title: information_schema quoted
SELECT * FROM "information_schema"."tables"
-- title: information_schema through system
SELECT * FROM system.information_schema.tables
-- title: pg_catalog
SELECT * FROM pg_catalog.pg_class
-- title: pg_class by its bare name
SELECT * FROM pg_class
-- title: pg_settings
SELECT * FROM pg_settings
-- title: pg_tables in capitals
FROM PG_TABLES
-- title: pg_prepared_statements
FROM pg_prepared_statements
-- title: sqlite_master
SELECT sql FROM sqlite_master
-- title: sqlite_schema
FROM sqlite_schema
-- title: sqlite_temp_master
FROM sqlite_temp_master
-- title: sqlite_master through main
FROM main.sqlite_master
-- title: duckdb_tables without brackets
FROM duckdb_tables
-- title: duckdb_columns without brackets
FROM duckdb_columns
-- title: duckdb_databases without brackets
FROM duckdb_databases
-- title: duckdb_views in a subquery
SELECT (SELECT count(*) FROM duckdb_views)
-- title: pragma_database_list
FROM pragma_database_list
-- title: duckdb_types through system
FROM system.main.duckdb_types
-- title: the temporary database
FROM temp.main.x
-- title: a catalogue behind a CTE of another name
WITH a AS (SELECT 1) SELECT * FROM a, duckdb_schemas
-- title: a catalogue in a semi join
SELECT * FROM orders SEMI JOIN duckdb_tables ON true
-- title: a file as a dotted name
FROM secret.csv
-- title: a file as a dotted name of quoted parts
FROM "secret"."CSV"
-- title: a file as a name of three parts
SELECT * FROM my.secret.parquet
-- title: a file as a dotted name in a join
SELECT * FROM orders JOIN customers.json USING (customer_id)
-- title: a file as a dotted name with spaces
FROM secret . csv
