SELECT load_extension('/tmp/x.so')
SELECT readfile('/etc/passwd')
SELECT writefile('/tmp/x','y')
SELECT edit('x')
SELECT fts3_tokenizer('simple', X'00')
SELECT * FROM pragma_database_list
SELECT * FROM pragma_table_info('orders')
SELECT * FROM sqlite_dbpage
SELECT * FROM dbstat
SELECT * FROM sqlite_temp_master
SELECT * FROM temp.sqlite_master
SELECT * FROM main.sqlite_schema
SELECT * FROM "sqlite_"||'master'
SELECT * FROM [sqlite_master]
SELECT * FROM `sqlite_schema`
SELECT * FROM 'sqlite_master'
SELECT zipfile('x','y')
SELECT * FROM fsdir('/')
SELECT * FROM csv('/etc/passwd')
SELECT * FROM generate_series(1,1e18)
SELECT sqlite_source_id()
SELECT sqlite_compileoption_get(1)
SELECT changes()
ATTACH '/tmp/x' AS y
VACUUM INTO '/tmp/x'
REINDEX
ANALYZE
EXPLAIN SELECT 1
EXPLAIN QUERY PLAN SELECT 1
WITH t AS (SELECT 1) DELETE FROM orders
WITH t AS (SELECT 1) INSERT INTO orders SELECT 1,2,3
REPLACE INTO orders VALUES (1,2,3)
PRAGMA writable_schema=1
BEGIN; DELETE FROM orders
SAVEPOINT x
SELECT * FROM carray(1,2)
SELECT * FROM bytecode('select 1')
SELECT * FROM tables_used('select 1')
SELECT * FROM completion('sel')
SELECT * FROM json_each((SELECT sql FROM sqlite_master))
SELECT (SELECT group_concat(sql) FROM sqlite_schema)
SELECT 1 WHERE (SELECT name FROM pragma_function_list LIMIT 1) > ''
SELECT * FROM sqlite_stat1
SELECT * FROM sqlite_sequence
SELECT unlikely(load_extension('x'))
SELECT sqlite_log(1,'x')
SELECT sqlite_offset(order_id) FROM orders
SELECT subtype(1)
SELECT ieee754(1)
SELECT sha3('x')
SELECT eval('select 1')
