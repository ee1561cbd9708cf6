-- title: read_csv
SELECT * FROM read_csv('/etc/passwd')
-- title: read_csv in another case
SELECT * FROM ReAd_CsV('/etc/passwd')
-- title: read_csv quoted
SELECT * FROM "read_csv"('/etc/passwd')
-- title: read_csv through main
SELECT * FROM main.read_csv('/etc/passwd')
-- title: read_csv through system and main
SELECT * FROM system.main.read_csv('/etc/passwd')
-- title: read_csv through quoted namespaces
SELECT * FROM "system"."main"."read_csv"('/etc/passwd')
-- title: read_csv_auto
FROM read_csv_auto('/etc/passwd')
-- title: read_text
FROM read_text('/proc/self/environ')
-- title: read_blob
FROM read_blob('/etc/shadow')
-- title: read_json
FROM read_json('/tmp/x.json')
-- title: read_json_auto
FROM read_json_auto('/tmp/x.json')
-- title: read_ndjson
FROM read_ndjson('/tmp/x.json')
-- title: read_json_objects
FROM read_json_objects('/etc/passwd')
-- title: read_parquet
FROM read_parquet('s3://bucket/x.parquet')
-- title: parquet_scan
FROM parquet_scan('x.parquet')
-- title: parquet_metadata
FROM parquet_metadata('x.parquet')
-- title: parquet_schema
FROM parquet_schema('x.parquet')
-- title: read_duckdb
FROM read_duckdb('/tmp/other.duckdb')
-- title: glob
FROM glob('/home/*')
-- title: sniff_csv
FROM sniff_csv('/etc/passwd')
-- title: read_csv with many options
FROM read_csv(['/etc/passwd', '/etc/group'], delim := ':', header := false)
-- title: read_csv inside a CTE
WITH f AS (FROM read_csv('/etc/passwd')) SELECT * FROM f
-- title: read_csv inside EXISTS
SELECT 1 WHERE EXISTS (SELECT * FROM read_csv('/etc/passwd'))
-- title: read_csv inside IN
SELECT * FROM orders WHERE 'root' IN (SELECT column0 FROM read_csv('/etc/passwd'))
-- title: read_csv inside a scalar subquery in ORDER BY
SELECT 1 ORDER BY (SELECT count(*) FROM read_csv('/etc/passwd'))
-- title: read_csv inside LIMIT
SELECT 1 LIMIT (SELECT count(*) FROM read_text('/etc/passwd'))
-- title: read_csv inside a lambda
SELECT list_transform([1], lambda x: (SELECT count(*) FROM read_text('/etc/passwd')))
-- title: read_csv inside a lateral join
SELECT * FROM stores, LATERAL (FROM read_text('/etc/passwd'))
-- title: read_csv in the second half of a union
SELECT 1 UNION ALL SELECT count(*) FROM read_text('/etc/passwd')
-- title: read_csv in a recursive part
WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT 2 FROM r, read_text('/etc/passwd')) FROM r
-- title: read_csv in a pivot
PIVOT (FROM read_csv('/etc/passwd')) ON column0 USING count(*)
-- title: read_csv in an open pivot's ON
PIVOT orders ON (SELECT count(*) FROM read_text('/etc/passwd')) USING count(*)
-- title: read_csv in pivot values
SELECT * FROM orders PIVOT (count(*) FOR channel IN (SELECT content FROM read_text('/etc/passwd')))
-- title: read_csv in a window
SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM read_text('/etc/passwd')))
-- title: read_csv in QUALIFY
SELECT order_id FROM orders QUALIFY row_number() OVER () = (SELECT count(*) FROM read_text('/etc/passwd'))
-- title: read_csv in VALUES
VALUES ((SELECT content FROM read_text('/etc/passwd')))
-- title: read_csv in a star's replacement
SELECT * REPLACE ((SELECT content FROM read_text('/etc/passwd')) AS name) FROM stores
-- title: read_csv in a filter
SELECT count(*) FILTER (WHERE (SELECT true FROM read_text('/etc/passwd'))) FROM orders
-- title: read_csv in a join condition
SELECT 1 FROM orders JOIN stores ON (SELECT true FROM read_text('/etc/passwd'))
-- title: read_csv in DISTINCT ON
SELECT DISTINCT ON ((SELECT content FROM read_text('/etc/passwd'))) 1
-- title: read_csv in grouping sets
SELECT 1 FROM orders GROUP BY GROUPING SETS ((channel), ((SELECT content FROM read_text('/etc/passwd'))))
-- title: read_text in unnest
SELECT unnest((SELECT list(content) FROM read_text('/etc/passwd')))
-- title: query() runs a text
FROM query('SELECT * FROM read_csv(''/etc/passwd'')')
-- title: query_table reads by name
FROM query_table('customers')
-- title: query_table of a list
FROM query_table(['/etc/passwd'])
-- title: a serialized statement
FROM json_execute_serialized_sql('{}')
-- title: serializing a statement
SELECT json_serialize_sql('SELECT 1')
-- title: serializing a plan
SELECT json_serialize_plan('SELECT * FROM read_csv(''/etc/passwd'')')
-- title: deserializing a statement
SELECT json_deserialize_sql('{}')
-- title: getenv
SELECT getenv('HOME')
-- title: getvariable
SELECT getvariable('secret')
-- title: a setting
SELECT current_setting('temp_directory')
-- title: a setting through main
SELECT main.current_setting('temp_directory')
-- title: a setting through pg_catalog
SELECT pg_catalog.current_setting('search_path')
-- title: a setting as a method
SELECT 'temp_directory'.current_setting()
-- title: a setting quoted and in capitals
SELECT "CURRENT_SETTING"('home_directory')
-- title: the running query
SELECT current_query()
-- title: the version
SELECT version()
-- title: the current database
SELECT current_database()
-- title: the schemas searched
SELECT current_schemas(true)
-- title: transaction numbers
SELECT txid_current()
-- title: sleeping
SELECT sleep_ms(100000)
-- title: sleeping the other way
SELECT pg_sleep(100)
-- title: sleeping as a method
SELECT (100000).sleep_ms()
-- title: sleeping in a lambda
SELECT list_transform([1, 2], lambda x: sleep_ms(x))
-- title: sleeping in a comprehension
SELECT [sleep_ms(x) FOR x IN [1000]]
-- title: sleeping in a CASE
SELECT CASE WHEN sleep_ms(1000) IS NULL THEN 1 END
-- title: writing a log
SELECT write_log('evil')
-- title: the next value of a sequence
SELECT nextval('s')
-- title: the current value of a sequence
SELECT currval('s')
-- title: seeding the generator
SELECT setseed(0.5)
-- title: logs
FROM duckdb_logs
-- title: logs by call
FROM duckdb_logs()
-- title: parsed logs
FROM duckdb_logs_parsed('QueryLog')
-- title: turning logs on
FROM enable_logging()
-- title: emptying logs
FROM truncate_duckdb_logs()
-- title: settings
FROM duckdb_settings()
-- title: secrets
FROM duckdb_secrets()
-- title: which secret
FROM which_secret('s3://x', 's3')
-- title: extensions
FROM duckdb_extensions()
-- title: memory
FROM duckdb_memory()
-- title: temporary files
FROM duckdb_temporary_files()
-- title: functions
FROM duckdb_functions()
-- title: databases and their paths
SELECT path FROM duckdb_databases()
-- title: prepared statements
FROM duckdb_prepared_statements()
-- title: the platform
FROM pragma_platform()
-- title: the version as a table
FROM pragma_version()
-- title: the database's size
FROM pragma_database_size()
-- title: the storage of a table
FROM pragma_storage_info('orders')
-- title: the columns of a table
FROM pragma_table_info('orders')
-- title: a checkpoint as a table
FROM force_checkpoint()
-- title: scanning a pointer
FROM arrow_scan(1, 2, 3)
-- title: scanning memory of Python
FROM pandas_scan(140000000)
-- title: a scan by internal name
FROM seq_scan('orders')
-- title: external resources
FROM register_external_resource('x', 'y')
-- title: a histogram by table name
FROM histogram('/etc/passwd', x)
-- title: the summary function
FROM summary((FROM orders))
-- title: test types
FROM test_all_types()
-- title: time zones
FROM pg_timezone_names()
-- title: an internal decompression
SELECT __internal_decompress_string(1)
-- title: an internal cast
SELECT __internal_compress_integral_utinyint(1, 2)
-- title: privileges
SELECT has_table_privilege('orders', 'select')
-- title: the text of a view
SELECT pg_get_viewdef(1)
-- title: the client's address
SELECT inet_client_addr()
-- title: a function that does not exist
SELECT evil(1)
-- title: a function of another engine
SELECT load_file('/etc/passwd')
-- title: an aggregate that does not exist
SELECT evil(x) OVER () FROM (SELECT 1 AS x)
-- title: an extension's function
SELECT * FROM sqlite_scan('/tmp/x.db', 't')
-- title: a postgres scan
FROM postgres_query('host=evil', 'SELECT 1')
-- title: an http request
SELECT http_get('https://example.com')
-- title: an Excel file
FROM read_xlsx('/tmp/x.xlsx')
-- title: a shapefile
FROM st_read('/tmp/x.shp')
-- title: an iceberg scan
FROM iceberg_scan('s3://x')
-- title: a delta scan
FROM delta_scan('s3://x')
-- title: json functions over a file
FROM json_each((SELECT content FROM read_text('/etc/passwd')))
-- title: statistics of a column
SELECT stats(order_id) FROM orders
-- title: a grammar extension is added
SELECT * FROM add_grammar_extension('/tmp/x')
-- title: a grammar extension is removed
FROM remove_grammar_extension('sql')
-- title: the pages of a Parquet file
FROM parquet_page_index('/etc/passwd')
-- title: what other queries are doing
SELECT * FROM duckdb_live_query_metrics()
