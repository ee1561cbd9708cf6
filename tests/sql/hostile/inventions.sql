-- title: a file named like a column's struct
SELECT (SELECT content FROM read_text('/etc/hostname')).x
-- title: a reader in a filter of an aggregate
SELECT count(*) FILTER (WHERE EXISTS (FROM read_csv('/etc/passwd'))) FROM orders
-- title: a reader in a window frame
SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM glob('/etc/*'))) FROM orders
-- title: a reader in LIMIT
SELECT * FROM orders LIMIT (SELECT count(*) FROM glob('/*'))
-- title: a reader in OFFSET
SELECT * FROM orders OFFSET (SELECT count(*) FROM read_blob('/etc/hostname'))
-- title: a reader in the sample clause's place
SELECT * FROM (FROM read_text('/etc/hostname')) USING SAMPLE 1
-- title: a reader in QUALIFY
SELECT order_id FROM orders QUALIFY row_number() OVER () < (SELECT count(*) FROM glob('/tmp/*'))
-- title: a reader in an ORDER BY of a list aggregate
SELECT list(order_id ORDER BY (SELECT max(content) FROM read_text('/etc/hostname'))) FROM orders
-- title: a reader in a lambda
SELECT list_transform([1], lambda x: (SELECT max(content) FROM read_text('/etc/hostname')))
-- title: a reader in a CASE that is never reached
SELECT CASE WHEN false THEN (SELECT max(content) FROM read_text('/etc/hostname')) END
-- title: a reader in a join condition
SELECT 1 FROM orders a JOIN orders b ON EXISTS (FROM read_csv_auto('/etc/passwd'))
-- title: a reader in a lateral join
SELECT * FROM orders, LATERAL (SELECT * FROM read_text('/etc/' || order_id)) t
-- title: a reader in a PIVOT's source
PIVOT (FROM read_csv('/etc/passwd')) ON column0
-- title: a reader in an UNPIVOT's source
UNPIVOT (FROM read_json('/etc/passwd')) ON COLUMNS(*)
-- title: a reader in a positional join
SELECT * FROM orders POSITIONAL JOIN read_text('/etc/hostname')
-- title: a reader in an ASOF join
SELECT * FROM orders ASOF JOIN read_csv('/etc/passwd') p ON orders.order_id >= p.column2
-- title: a reader in a materialised CTE
WITH t AS MATERIALIZED (FROM read_text('/etc/hostname')) SELECT * FROM t
-- title: a reader in the second half of a recursion
WITH RECURSIVE t(a) AS (SELECT '1' UNION ALL SELECT content FROM read_text('/etc/hostname'), t) FROM t
-- title: a reader in VALUES
VALUES ((SELECT max(content) FROM read_text('/etc/hostname')))
-- title: a reader in a struct's field
SELECT {'a': (SELECT max(content) FROM read_text('/etc/hostname'))}
-- title: a reader in a COLUMNS expression's REPLACE
SELECT * REPLACE ((SELECT max(content) FROM read_text('/etc/hostname')) AS order_id) FROM orders
-- title: a reader in a grouping set
SELECT count(*) FROM orders GROUP BY GROUPING SETS ((), ((SELECT count(*) FROM glob('/*'))))
-- title: a table named by a reader's dot call
SELECT 'SELECT 1'.query()
-- title: query through a dot call on a file name
SELECT '/etc/hostname'.read_text()
-- title: a query hidden in query_table
FROM query_table(['orders', 'duckdb_secrets()'])
-- title: a table function by its alias in FROM
FROM read_text('/etc/hostname') AS orders
-- title: a file as an alias of itself
SELECT "order_id" FROM "/etc/passwd" AS orders
-- title: a file with a wildcard
FROM '/etc/*.conf'
-- title: a file by a Windows path
FROM 'C:\Windows\win.ini'
-- title: a file by a UNC path
FROM '\\evil\share\x.csv'
-- title: an address with a user
FROM 'https://user:word@evil.example/x.parquet'
-- title: an address of a bucket by its alias
FROM 'gs://evil/x.parquet'
-- title: an address of a hub
FROM 'hf://datasets/evil/x/y.csv'
-- title: a data address
FROM 'data:text/csv;base64,YSxiCjEsMgo='
-- title: standard input
FROM '/dev/stdin'
-- title: a process's memory
FROM '/proc/self/mem'
-- title: a compressed file
FROM 'secret.csv.gz'
-- title: the default database's own file
FROM 'retail.duckdb'
-- title: a version of a table
SELECT * FROM orders AT (VERSION => 1)
-- title: a timestamp of a table
SELECT * FROM orders AT (TIMESTAMP => now())
-- title: a COPY inside a CTE
WITH t AS (COPY orders TO '/tmp/x') SELECT 1
-- title: an INSERT with RETURNING in a CTE
WITH t AS (INSERT INTO orders SELECT * FROM orders RETURNING *) SELECT * FROM t
-- title: a DELETE in a CTE
WITH t AS (DELETE FROM orders RETURNING *) FROM t
-- title: a CREATE macro named like an allowed function
CREATE OR REPLACE TEMP MACRO upper(x) AS (SELECT max(content) FROM read_text('/etc/hostname'))
-- title: a CREATE secret
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
-- title: a COMMENT on a table
COMMENT ON TABLE orders IS 'x'
-- title: a SET of a search path
SET search_path = 'information_schema'
-- title: a LOAD by path
LOAD '/tmp/evil.duckdb_extension'
-- title: an EXPORT
EXPORT DATABASE '/tmp/x'
-- title: an EXPLAIN ANALYZE of a reader
EXPLAIN ANALYZE FROM read_text('/etc/hostname')
-- title: a MERGE
MERGE INTO orders USING orders o ON false WHEN NOT MATCHED THEN INSERT VALUES (1)
-- title: an EXECUTE of a prepared name
EXECUTE q(1)
-- title: a CALL of a pragma
CALL pragma_table_info('orders')
-- title: a DESCRIBE in a subquery
SELECT * FROM (DESCRIBE orders)
-- title: a SUMMARIZE in a subquery
SELECT * FROM (SUMMARIZE orders)
-- title: a SHOW in a CTE
WITH t AS (SHOW ALL TABLES) FROM t
-- title: a parameter by name
SELECT * FROM orders WHERE order_id = $secret
-- title: a variable by function
SELECT getvariable('x')
-- title: a setting by a virtual column
SELECT current_setting('secret_directory')
-- title: an environment variable
SELECT getenv('HOME')
-- title: a schema-qualified catalogue in quotes
SELECT * FROM "main"."duckdb_tables"
-- title: a catalogue by the system's own database
SELECT * FROM system.information_schema.tables
-- title: a catalogue through three quoted parts
SELECT * FROM "system"."pg_catalog"."pg_class"
-- title: a catalogue in upper case with spaces inside the quotes
SELECT * FROM "INFORMATION_SCHEMA"."TABLES"
-- title: sqlite's catalogue in DuckDB
SELECT sql FROM sqlite_master
-- title: a statement after a Unicode line separator
SELECT 1  ; DROP TABLE orders
-- title: a second statement after a nested comment
SELECT 1 /* /* */ ; DROP TABLE orders; -- */
-- title: a second statement inside a dollar quote's tail
SELECT $a$x$a$; DROP TABLE orders
-- title: an escape string that ends early for one reader
SELECT E'\'' || (SELECT max(content) FROM read_text('/etc/hostname')) || ''
-- title: a Unicode escape identifier
SELECT * FROM U&"re\0061d_text"('/etc/hostname')
-- title: full-width letters in a function name
SELECT * FROM ｒead_text('/etc/hostname')
-- title: a zero-width joiner in a function name
SELECT * FROM read‍_text('/etc/hostname')
-- title: a soft hyphen in a keyword
DR­OP TABLE orders
