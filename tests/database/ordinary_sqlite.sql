-- Ordinary queries on the table orders of a SQLite file, one a line; each returns rows.
SELECT strftime('%Y', '2025-03-01'), julianday('now') > 0, date('now', '-1 month') < 'a'
SELECT city, rank() OVER (ORDER BY sum(amount)) FROM orders GROUP BY 1 HAVING count(*) > 1
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 5) SELECT sum(n) FROM r
SELECT value FROM json_each('[1, 2]')
SELECT json_extract('{"a": 1}', '$.a'), '{"a": 1}' ->> 'a'
SELECT city FROM orders WHERE city LIKE 'O%' OR city GLOB 'B*' UNION SELECT 'x' ORDER BY 1
SELECT group_concat(DISTINCT city), printf('%.2f', avg(amount)), total(amount) FROM orders
SELECT * FROM (VALUES (1), (2)) WHERE EXISTS (SELECT 1 FROM orders WHERE order_id = column1)
SELECT CASE WHEN amount IS NULL THEN 0 ELSE round(amount, 1) END, iif(1, 2, 3) FROM orders
