-- title: an inner join
SELECT s.name, count(*) AS orders FROM orders o JOIN stores s ON o.store_id = s.store_id GROUP BY s.name;
-- title: a join with USING
SELECT name, sum(quantity) AS sold FROM order_lines JOIN products USING (product_id) GROUP BY name ORDER BY sold DESC LIMIT 10;
-- title: a left join with a missing side
SELECT p.name FROM products p LEFT JOIN reviews r ON r.product_id = p.product_id WHERE r.review_id IS NULL LIMIT 5;
-- title: four tables
SELECT c.name AS category, sum(l.line_total_eur) AS eur FROM order_lines l JOIN products p ON l.product_id = p.product_id JOIN categories c ON p.category_id = c.category_id JOIN orders o ON l.order_id = o.order_id WHERE o.status = 'completed' GROUP BY c.name;
-- title: a self join
SELECT e.last_name, m.last_name AS manager FROM employees e JOIN employees m ON e.mgr_id = m.employee_id LIMIT 10;
-- title: a full outer join
SELECT coalesce(s.country, p.country) AS country, count(DISTINCT s.store_id) AS stores, count(DISTINCT p.supplier_id) AS suppliers FROM stores s FULL OUTER JOIN suppliers p ON s.country = p.country GROUP BY 1;
-- title: a right join
SELECT s.name, o.order_id FROM orders o RIGHT JOIN stores s ON s.store_id = o.store_id LIMIT 5;
-- title: a cross join
SELECT a.format, b.region FROM (SELECT DISTINCT format FROM stores) a CROSS JOIN (SELECT DISTINCT region FROM stores) b;
-- title: comma joins
SELECT o.order_id, c.last_name FROM orders o, customers c WHERE o.customer_id = c.customer_id LIMIT 5;
-- title: a semi join
SELECT count(*) FROM customers c SEMI JOIN orders o ON c.customer_id = o.customer_id;
-- title: an anti join
SELECT count(*) FROM customers c ANTI JOIN orders o USING (customer_id);
-- title: a natural join
SELECT count(*) FROM order_lines NATURAL JOIN (SELECT order_id, channel FROM orders) q;
-- title: a positional join
SELECT a.name, b.name FROM stores a POSITIONAL JOIN suppliers b LIMIT 5;
-- title: an ASOF join
SELECT o.order_id, p.code FROM orders o ASOF JOIN promotions p ON o.order_date >= p."start" LIMIT 10;
-- title: an ASOF left join with an equality
SELECT o.order_id, o.order_date, s.shipped_on FROM orders o ASOF LEFT JOIN shipments s ON o.order_id = s.order_id AND o.order_date <= s.shipped_on WHERE o.channel = 'web' LIMIT 5;
-- title: a lateral subquery
SELECT s.name, t.total_eur FROM stores s, LATERAL (SELECT o.total_eur FROM orders o WHERE o.store_id = s.store_id ORDER BY o.total_eur DESC LIMIT 2) t LIMIT 8;
-- title: an explicit lateral join
SELECT c.name, best.name AS best FROM categories c JOIN LATERAL (SELECT p.name, p.rrp_eur FROM products p WHERE p.category_id = c.category_id ORDER BY p.rrp_eur DESC LIMIT 1) best ON true;
-- title: a join on a range
SELECT count(*) FROM orders o JOIN promotions p ON o.order_date BETWEEN p."start" AND p."end" WHERE p.channel IS NULL;
-- title: exists
SELECT count(*) FROM products p WHERE EXISTS (SELECT 1 FROM returns r JOIN order_lines l USING (order_line_id) WHERE l.product_id = p.product_id);
-- title: not exists
SELECT count(*) FROM stores s WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.store_id = s.store_id);
-- title: IN with a subquery
SELECT name FROM products WHERE product_id IN (SELECT product_id FROM reviews WHERE stars = 5) LIMIT 5;
-- title: NOT IN with nulls taken out
SELECT count(*) FROM employees WHERE employee_id NOT IN (SELECT mgr_id FROM employees WHERE mgr_id IS NOT NULL);
-- title: a tuple in a subquery
SELECT count(*) FROM inventory WHERE (store_id, product_id) IN (SELECT store_id, product_id FROM inventory WHERE qty = 0);
-- title: a comparison with ANY
SELECT name FROM products WHERE rrp_eur > ANY (SELECT rrp_eur FROM products WHERE brand IS NULL) LIMIT 3;
-- title: a comparison with ALL
SELECT name FROM products WHERE rrp_eur >= ALL (SELECT rrp_eur FROM products);
-- title: a correlated scalar subquery
SELECT s.name, (SELECT count(*) FROM employees e WHERE e.store_id = s.store_id) AS staff FROM stores s;
-- title: a subquery in the SELECT list of a grouped query
SELECT country, count(*) AS n, (SELECT count(*) FROM stores) AS every FROM stores GROUP BY country;
-- title: a derived table with renamed columns
SELECT place, n FROM (SELECT city, count(*) FROM stores GROUP BY city) AS t(place, n) WHERE n > 1;
-- title: three levels of derived tables
SELECT max(n) FROM (SELECT city, n FROM (SELECT city, count(*) AS n FROM addresses GROUP BY city) WHERE n > 5);
-- title: a table alias with renamed columns
SELECT x.id, x.title FROM stores AS x(id, title) LIMIT 3;
-- title: a table through its namespace
SELECT count(*) FROM main.orders;
-- title: a column through table and namespace
SELECT main.stores.name FROM main.stores LIMIT 1;
-- title: names in another case
SELECT STORES.NAME, City FROM Stores LIMIT 2;
-- title: a quoted column in mixed case
SELECT "loyaltyTier", count(*) FROM customers GROUP BY "loyaltyTier";
-- title: a quoted keyword as a column
SELECT c."group", count(*) FROM customers c GROUP BY c."group";
-- title: a mixed case column unquoted
SELECT loyaltytier FROM customers WHERE loyaltyTier = 'gold' LIMIT 1;
-- title: bracketed joins
SELECT count(*) FROM (orders o JOIN stores s USING (store_id)) JOIN customers c ON c.customer_id = o.customer_id;
-- title: an alias on bracketed joins
SELECT j.city FROM (SELECT * FROM orders JOIN stores USING (store_id)) j LIMIT 3;
-- title: the whole row as a value
SELECT s FROM stores s LIMIT 1;
-- title: a prefix alias
SELECT n: count(*), c: country FROM s: stores GROUP BY country;
-- title: star without some columns
SELECT * EXCLUDE (sqm, closed_on) FROM stores LIMIT 2;
-- title: star with a replaced column
SELECT * REPLACE (upper(city) AS city) FROM stores LIMIT 2;
-- title: star with a renamed column
SELECT title FROM (SELECT * RENAME (name AS title) FROM stores) LIMIT 2;
-- title: the star of one table
SELECT o.*, s.city FROM orders o JOIN stores s USING (store_id) LIMIT 2;
-- title: table and alias stars without columns
SELECT s.* EXCLUDE (s.name) FROM stores s LIMIT 1;
