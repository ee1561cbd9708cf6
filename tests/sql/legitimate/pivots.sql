-- title: a pivot over the values found
PIVOT orders ON channel USING sum(total_eur);
-- title: a pivot with groups
PIVOT orders ON channel USING count(*) GROUP BY status;
-- title: a pivot over given values
PIVOT orders ON channel IN ('web', 'store') USING sum(total_eur) AS eur GROUP BY status;
-- title: a pivot over an expression
PIVOT orders ON year(order_date) USING sum(total_eur) GROUP BY channel;
-- title: a pivot over two columns
PIVOT orders ON channel, status USING count(*);
-- title: a pivot with two aggregates
PIVOT orders ON channel USING sum(total_eur) AS eur, count(*) AS n GROUP BY store_id;
-- title: a pivot of a subquery
PIVOT (SELECT s.country, o.channel, o.total_eur FROM orders o LEFT JOIN stores s USING (store_id)) ON channel USING sum(total_eur);
-- title: a pivot in FROM
SELECT * FROM (PIVOT orders ON channel USING sum(total_eur) GROUP BY status) ORDER BY status;
-- title: a pivot in a CTE
WITH p AS (PIVOT orders ON channel IN ('web', 'store') USING count(*) GROUP BY status) SELECT status, web, store FROM p;
-- title: the standard form
SELECT * FROM (SELECT channel, status, total_eur FROM orders) PIVOT (sum(total_eur) FOR channel IN ('web', 'store'));
-- title: the standard form with aliases
SELECT * FROM (SELECT channel, status, total_eur FROM orders) PIVOT (sum(total_eur) AS eur FOR channel IN ('web' AS w, 'store' AS s)) AS p;
-- title: a pivot ordered and limited
PIVOT reviews ON stars USING count(*) GROUP BY product_id ORDER BY product_id LIMIT 5;
-- title: an unpivot
UNPIVOT inventory ON qty, qty2 INTO NAME kind VALUE pieces LIMIT 5;
-- title: an unpivot in FROM
SELECT kind, sum(pieces) FROM (UNPIVOT inventory ON qty, qty2 INTO NAME kind VALUE pieces) GROUP BY kind;
-- title: an unpivot of columns by pattern
UNPIVOT (SELECT store_id, qty, qty2 FROM inventory) ON COLUMNS('qty.*') INTO NAME kind VALUE pieces LIMIT 5;
-- title: an unpivot with nulls kept
SELECT * FROM (SELECT product_id, rrp_eur, cost_eur FROM products) UNPIVOT INCLUDE NULLS (eur FOR price IN (rrp_eur, cost_eur)) LIMIT 5;
