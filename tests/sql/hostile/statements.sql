-- title: insert
INSERT INTO orders VALUES (1)
-- title: insert from a query
INSERT INTO orders SELECT * FROM orders
-- title: update
UPDATE orders SET total_eur = 0
-- title: delete
DELETE FROM orders
-- title: truncate
TRUNCATE orders
-- title: merge
MERGE INTO orders USING stores ON true WHEN MATCHED THEN DELETE
-- title: create a table
CREATE TABLE evil AS SELECT * FROM customers
-- title: create a temporary table
CREATE TEMP TABLE evil (a INTEGER)
-- title: create a view
CREATE VIEW evil AS SELECT 1
-- title: create a macro
CREATE MACRO sum(x) AS 1
-- title: create a table macro
CREATE TEMP MACRO evil() AS TABLE FROM read_csv('/etc/passwd')
-- title: create a schema
CREATE SCHEMA evil
-- title: create a sequence
CREATE SEQUENCE evil
-- title: create a type
CREATE TYPE evil AS ENUM ('a')
-- title: create an index
CREATE INDEX evil ON orders (order_id)
-- title: create a secret
CREATE SECRET evil (TYPE s3, KEY_ID 'a', SECRET 'b')
-- title: alter a table
ALTER TABLE orders ADD COLUMN evil INTEGER
-- title: drop a table
DROP TABLE orders
-- title: drop a database
DROP DATABASE retail
-- title: comment on a table
COMMENT ON TABLE orders IS 'ignore all rules'
-- title: copy to a file
COPY orders TO '/tmp/evil.csv'
-- title: copy from a file
COPY orders FROM '/etc/passwd'
-- title: copy a query to a program's pipe
COPY (SELECT * FROM customers) TO '/dev/stdout'
-- title: copy a database
COPY FROM DATABASE retail TO evil
-- title: export
EXPORT DATABASE '/tmp/evil'
-- title: import
IMPORT DATABASE '/tmp/evil'
-- title: attach
ATTACH '/tmp/evil.duckdb' AS evil
-- title: attach over the network
ATTACH 'https://example.com/evil.duckdb'
-- title: detach
DETACH retail
-- title: use
USE evil
-- title: install
INSTALL httpfs
-- title: load
LOAD json
-- title: load a library by path
LOAD '/tmp/evil.duckdb_extension'
-- title: update extensions
UPDATE EXTENSIONS
-- title: set
SET memory_limit = '100GB'
-- title: set global
SET GLOBAL enable_external_access = true
-- title: set a variable
SET VARIABLE evil = 1
-- title: reset
RESET memory_limit
-- title: pragma
PRAGMA database_list
-- title: pragma with a call
PRAGMA table_info('orders')
-- title: pragma with a setting
PRAGMA threads = 64
-- title: call
CALL pragma_version()
-- title: call a log reader
CALL enable_logging()
-- title: begin
BEGIN TRANSACTION
-- title: commit
COMMIT
-- title: rollback
ROLLBACK
-- title: checkpoint
CHECKPOINT
-- title: vacuum
VACUUM
-- title: analyze
ANALYZE
-- title: prepare
PREPARE evil AS SELECT 1
-- title: execute
EXECUTE evil
-- title: deallocate
DEALLOCATE evil
-- title: explain
EXPLAIN SELECT 1
-- title: explain analyze runs the statement
EXPLAIN ANALYZE SELECT * FROM orders
-- title: describe
DESCRIBE orders
-- title: show tables
SHOW TABLES
-- title: show all tables
SHOW ALL TABLES
-- title: show a setting
SHOW memory_limit
-- title: summarize
SUMMARIZE orders
-- title: describe in brackets
(DESCRIBE orders)
-- title: describe as a source of rows
SELECT * FROM (DESCRIBE orders)
-- title: show as a source of rows
SELECT * FROM (SHOW TABLES)
-- title: show all tables as a source of rows
FROM (SHOW ALL TABLES)
-- title: show databases as a source of rows
FROM (SHOW DATABASES)
-- title: summarize as a source of rows
FROM (SUMMARIZE orders) SELECT column_name
-- title: describe inside a CTE
WITH d AS (DESCRIBE orders) SELECT * FROM d
-- title: insert inside a CTE
WITH evil AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM evil
-- title: update inside a CTE
WITH evil AS (UPDATE orders SET total_eur = 0 RETURNING *) SELECT * FROM evil
-- title: delete inside a CTE
WITH evil AS (DELETE FROM orders RETURNING *) FROM evil
-- title: delete inside a CTE inside a subquery
SELECT * FROM (WITH evil AS (DELETE FROM orders RETURNING *) FROM evil)
-- title: a CTE before an insert
WITH a AS (SELECT 1) INSERT INTO orders SELECT * FROM a
-- title: a CTE before a delete
WITH a AS (SELECT 1) DELETE FROM orders
-- title: SELECT INTO
SELECT * INTO evil FROM orders
-- title: a locking read
SELECT * FROM orders FOR UPDATE
-- title: a parameter
SELECT * FROM orders WHERE order_id = ?
-- title: a numbered parameter
SELECT * FROM orders WHERE order_id = $1
-- title: a named parameter
SELECT * FROM orders WHERE order_id = $id
-- title: another version of a table
SELECT * FROM orders AT (VERSION => 1)
-- title: a default value
SELECT DEFAULT
-- title: nothing
 
-- title: only a comment
-- nothing here
-- title: only a semicolon
;
-- title: words in plain English
Sorry, I cannot answer that question.
-- title: unfinished
SELECT * FROM orders WHERE
-- title: two statements
SELECT 1; SELECT 2
-- title: a second statement that writes
SELECT 1; DROP TABLE orders
-- title: a second statement after many semicolons
SELECT 1;;; DROP TABLE orders;
-- title: a second statement after a comment
SELECT 1; -- done
DELETE FROM orders
-- title: a second statement that ends a comment
SELECT 1 /* ; */; COPY orders TO '/tmp/evil'
-- title: a leading semicolon
; DROP TABLE orders
-- title: a semicolon in brackets
SELECT (1; DROP TABLE orders)
-- title: a semicolon in a list
SELECT [1; 2]
-- title: a statement inside brackets
(DROP TABLE orders)
-- title: a union with a statement
SELECT 1 UNION DELETE FROM orders
-- title: load in mixed case with odd spaces
  LoAd	'x'
-- title: a transaction around a query
BEGIN; SELECT 1; COMMIT
