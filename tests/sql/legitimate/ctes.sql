-- title: one CTE
WITH web AS (SELECT * FROM orders WHERE channel = 'web') SELECT count(*) FROM web;
-- title: two CTEs, one using the other
WITH lines AS (SELECT product_id, sum(quantity) AS sold FROM order_lines GROUP BY 1), best AS (SELECT product_id FROM lines WHERE sold > 100) SELECT count(*) FROM best;
-- title: a CTE with renamed columns
WITH totals(customer, eur) AS (SELECT customer_id, sum(total_eur) FROM orders GROUP BY 1) SELECT customer, eur FROM totals ORDER BY eur DESC LIMIT 3;
-- title: a materialized CTE
WITH big AS MATERIALIZED (SELECT * FROM orders WHERE total_eur > 500) SELECT count(*) FROM big;
-- title: a CTE that is not materialized
WITH big AS NOT MATERIALIZED (SELECT * FROM orders WHERE total_eur > 500) SELECT channel, count(*) FROM big GROUP BY channel;
-- title: a recursive count
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n;
-- title: the category tree
WITH RECURSIVE tree AS (SELECT category_id, name, 0 AS depth FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.category_id, c.name, t.depth + 1 FROM categories c JOIN tree t ON c.parent_id = t.category_id) SELECT depth, count(*) FROM tree GROUP BY depth;
-- title: a path through the tree as a list
WITH RECURSIVE tree AS (SELECT category_id, [name] AS path FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.category_id, list_append(t.path, c.name) FROM categories c JOIN tree t ON c.parent_id = t.category_id) SELECT array_to_string(path, ' > ') FROM tree LIMIT 5;
-- title: a reporting chain
WITH RECURSIVE chain AS (SELECT employee_id, mgr_id, 1 AS level FROM employees WHERE mgr_id IS NULL UNION ALL SELECT e.employee_id, e.mgr_id, c.level + 1 FROM employees e, chain c WHERE e.mgr_id = c.employee_id) SELECT level, count(*) AS people FROM chain GROUP BY level ORDER BY level;
-- title: a recursive UNION without ALL
WITH RECURSIVE r(a) AS (SELECT 0 UNION SELECT (a + 1) % 7 FROM r) SELECT count(*) FROM r;
-- title: a calendar by recursion
WITH RECURSIVE days(d) AS (SELECT DATE '2025-01-01' UNION ALL SELECT (d + INTERVAL 1 DAY)::DATE FROM days WHERE d < DATE '2025-01-31') SELECT d, count(order_id) FROM days LEFT JOIN orders ON order_date = d GROUP BY d ORDER BY d;
-- title: a CTE in FROM-first order
WITH w AS (FROM orders WHERE channel = 'web') FROM w SELECT count(*);
-- title: a CTE inside a subquery
SELECT n FROM (WITH q AS (SELECT count(*) AS n FROM stores) SELECT n FROM q);
-- title: a CTE that hides a table's name
WITH stores AS (SELECT 1 AS one) SELECT one FROM stores;
-- title: a CTE used twice
WITH m AS (SELECT date_trunc('month', order_date) AS month, sum(total_eur) AS eur FROM orders GROUP BY 1) SELECT a.month, a.eur, b.eur AS before FROM m a LEFT JOIN m b ON b.month = a.month - INTERVAL 1 MONTH;
-- title: nested WITH clauses
WITH a AS (WITH b AS (SELECT 2 AS x) SELECT x * 2 AS y FROM b) SELECT y FROM a;
-- title: a keyed recursive CTE
WITH RECURSIVE t(id, depth) USING KEY (id) AS (SELECT category_id, 0 FROM categories WHERE parent_id IS NULL UNION SELECT c.category_id, t.depth + 1 FROM categories c JOIN t ON c.parent_id = t.id) SELECT count(*) FROM t;
-- title: a CTE over VALUES
WITH v(k, w) AS (VALUES ('web', 2), ('store', 1)) SELECT k, w * count(*) FROM v JOIN orders ON channel = k GROUP BY k, w;
-- title: union of two queries
SELECT city FROM stores UNION SELECT city FROM addresses;
-- title: union all with an order
SELECT 'stores' AS what, count(*) AS n FROM stores UNION ALL SELECT 'products', count(*) FROM products ORDER BY n DESC;
-- title: intersect
SELECT country FROM stores INTERSECT SELECT country FROM suppliers;
-- title: except
SELECT product_id FROM products EXCEPT SELECT product_id FROM reviews LIMIT 3;
-- title: except all
SELECT country FROM suppliers EXCEPT ALL SELECT DISTINCT country FROM suppliers;
-- title: union by name
SELECT name, city FROM stores UNION ALL BY NAME SELECT country, name FROM suppliers LIMIT 5;
-- title: bracketed set operations
(SELECT city FROM stores UNION SELECT city FROM addresses) EXCEPT SELECT 'Berlin' LIMIT 5;
-- title: set operations inside IN
SELECT count(*) FROM addresses WHERE city IN (SELECT city FROM stores INTERSECT SELECT city FROM addresses);
-- title: VALUES alone
VALUES (1, 'a'), (2, 'b');
-- title: VALUES as a table
SELECT v.name FROM (VALUES (1, 'one'), (2, 'two')) AS v(id, name) WHERE v.id = 2;
-- title: bracketed query with a limit
(SELECT name FROM stores ORDER BY sqm DESC LIMIT 3);
-- title: FROM-first set operation
FROM stores SELECT city UNION FROM addresses SELECT city LIMIT 4;
