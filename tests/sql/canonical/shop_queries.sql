-- one column
SELECT name FROM customers;
-- star
SELECT * FROM customers;
-- star of an aliased table
SELECT c.* FROM customers c;
-- star of one of two tables
SELECT o.* FROM customers c JOIN orders o ON c.customer_id = o.customer_id;
-- star over a join keeps column order
SELECT * FROM orders o, customers c WHERE o.customer_id = c.customer_id;
-- star with a comma join tied only later
SELECT * FROM customers c, products p, orders o, order_items i WHERE o.customer_id = c.customer_id AND i.order_id = o.order_id AND i.product_id = p.product_id;
-- star excluding and replacing
SELECT * EXCLUDE (joined) REPLACE (upper(name) AS name) FROM customers;
-- qualified star excluding
SELECT c.* EXCLUDE (joined, city), o.total FROM customers AS c JOIN orders AS o USING (customer_id);
-- star and an alias ordered by the alias
SELECT *, price * 2 AS double FROM products ORDER BY double DESC, product_id;
-- literal on the left
SELECT name FROM customers WHERE 'Rome' = city AND 5 < customer_id;
-- not equal in two spellings
SELECT name FROM customers WHERE city != 'Rome' OR customer_id <> 3;
-- negations
SELECT name FROM customers WHERE NOT (city IN ('Rome', 'Oslo')) AND NOT name LIKE 'A%' AND NOT city IS NULL AND NOT customer_id BETWEEN 3 AND 5;
-- NOT over OR keeps its parentheses
SELECT name FROM customers WHERE NOT (city = 'Rome' OR customer_id < 5) AND (city = 'Oslo' OR name LIKE 'B%');
-- NOT over AND
SELECT name FROM customers WHERE NOT (city = 'Rome' AND customer_id < 15);
-- negated comparison
SELECT name FROM customers WHERE NOT customer_id > 10;
-- OR under AND
SELECT name FROM customers WHERE (city = 'Rome' OR city = 'Oslo') AND ((customer_id > 3) OR (name = 'x'));
-- AND under OR without need of parentheses
SELECT name FROM customers WHERE (city = 'Rome' AND customer_id > 3) OR (city = 'Oslo' AND (customer_id < 9));
-- arithmetic keeps the parentheses it needs
SELECT (price + 1) * 2, price - (1 - 2), price / (2 * 3), (price * 2) / 3, ((price)), -(price + 1), 2 * -(-price), 10 - (4 - price) FROM products;
-- integer division and modulo
SELECT order_id // 7, order_id % 7, (order_id + 1) % 7, order_id // (3 * 2), order_id % (4 % 3), (order_id * 2) // 3 FROM orders;
-- a comparison within a comparison
SELECT name, (city = 'Rome') = (customer_id > 5), (city IS NULL) = TRUE FROM customers;
-- count of one
SELECT COUNT(1), COUNT(*), count(city), COUNT(DISTINCT city), COUNT(DISTINCT(city)) FROM customers;
-- group by a column
SELECT city, COUNT(*) FROM customers GROUP BY city;
-- group by a position
SELECT city, COUNT(*) AS n FROM customers GROUP BY 1 ORDER BY 2 DESC, 1;
-- group by an alias
SELECT year(ordered) AS y, SUM(total) AS s FROM orders GROUP BY y ORDER BY y;
-- group by an alias in another case
SELECT date_trunc('month', ordered) AS Month, SUM(total) FROM orders GROUP BY MONTH ORDER BY month;
-- group by all
SELECT city, year(joined) AS y, COUNT(*) FROM customers GROUP BY ALL ORDER BY ALL;
-- group by a constant alias
SELECT 'all' AS kind, COUNT(*) FROM customers GROUP BY kind;
-- order by a constant column by position
SELECT 1, name FROM customers ORDER BY 1, 2;
-- having by alias
SELECT city, COUNT(*) AS n FROM customers GROUP BY city HAVING n > 6;
-- having by an alias that is also a column
SELECT customer_id, SUM(total) AS total FROM orders GROUP BY customer_id HAVING total > 150;
-- having with the column inside an aggregate despite the alias
SELECT customer_id, SUM(total) AS total FROM orders GROUP BY customer_id HAVING MAX(total) > 50;
-- having by a grouped column that is also an alias
SELECT status AS s, customer_id AS status, COUNT(*) FROM orders GROUP BY orders.status, customer_id HAVING status > 'p';
-- having without group
SELECT COUNT(*) FROM orders HAVING COUNT(*) > 3;
-- order by alias
SELECT name AS n FROM customers ORDER BY n DESC;
-- order by an alias that is also a column
SELECT customer_id AS name, name AS other FROM customers ORDER BY name;
-- order by a column in an expression where an alias has its name
SELECT -customer_id AS customer_id, name FROM customers ORDER BY customer_id + 0;
-- order by a qualified column where an alias has its name
SELECT -customer_id AS customer_id, name FROM customers ORDER BY customers.customer_id;
-- swapped aliases inside a derived table
SELECT * FROM (SELECT name AS city, city AS name FROM customers ORDER BY customers.name LIMIT 4) AS swapped ORDER BY 1;
-- alias of upper shadows the column in a derived table
SELECT name FROM (SELECT upper(name) AS name FROM customers ORDER BY name LIMIT 5) AS q ORDER BY name;
-- ordering by something not shown
SELECT name FROM customers ORDER BY joined DESC, name ASC;
-- nulls first and last
SELECT name, city FROM customers ORDER BY city NULLS FIRST, name DESC NULLS LAST;
-- nulls last is the default
SELECT name, city FROM customers ORDER BY city ASC NULLS LAST, name;
-- limit and offset
SELECT name FROM customers ORDER BY customer_id LIMIT 5 OFFSET 3;
-- fetch first
SELECT name FROM customers ORDER BY customer_id FETCH FIRST 3 ROWS ONLY;
-- limit in percent
SELECT name FROM customers ORDER BY customer_id LIMIT 10%;
-- limit by a subquery
SELECT name FROM customers ORDER BY customer_id LIMIT (SELECT COUNT(*) FROM city);
-- distinct
SELECT DISTINCT city FROM customers ORDER BY city;
-- distinct ordered by alias
SELECT DISTINCT upper(city) AS c FROM customers ORDER BY c;
-- distinct on
SELECT DISTINCT ON (city) city, name FROM customers ORDER BY city, name DESC;
-- distinct on an alias
SELECT DISTINCT ON (c) upper(city) AS c, customer_id FROM customers ORDER BY c, customer_id;
-- join with letters
SELECT T1.name, T2.total FROM customers AS T1 JOIN orders AS T2 ON T1.customer_id = T2.customer_id;
-- inner join
SELECT c.name FROM customers c INNER JOIN orders o ON o.customer_id = c.customer_id;
-- equality turned towards the earlier table
SELECT c.name FROM orders o JOIN customers c ON (c.customer_id = o.customer_id AND o.total > 5);
-- left outer join
SELECT c.name, o.order_id FROM customers c LEFT OUTER JOIN orders o ON c.customer_id = o.customer_id WHERE o.order_id IS NULL;
-- right join
SELECT c.name, o.order_id FROM customers c RIGHT JOIN orders o ON c.customer_id = o.customer_id;
-- full join
SELECT c.name, o.order_id FROM customers c FULL OUTER JOIN orders o ON c.customer_id = o.customer_id;
-- unqualified columns of a join
SELECT name, total FROM customers JOIN orders ON customers.customer_id = orders.customer_id WHERE status = 'paid';
-- order by a shown column that both tables have
SELECT c.name FROM customers c JOIN employees e ON c.city = e.city ORDER BY name;
-- three tables
SELECT c.name, p.category FROM customers c JOIN orders o ON c.customer_id = o.customer_id JOIN order_items i ON i.order_id = o.order_id JOIN products p ON p.product_id = i.product_id;
-- the same column in three tables
SELECT c.city, e.city, s.City FROM customers c JOIN employees e ON c.city = e.city JOIN Suppliers s ON s.CITY = c.city;
-- using
SELECT customer_id, name FROM customers JOIN orders USING (customer_id);
-- using over a left join
SELECT customer_id, name, order_id FROM customers LEFT JOIN orders USING (customer_id);
-- using over a full join
SELECT customer_id, name, order_id FROM customers FULL JOIN orders USING (customer_id);
-- using over a right join
SELECT customer_id, order_id FROM customers RIGHT JOIN orders USING (customer_id) ORDER BY customer_id, order_id;
-- using with star
SELECT * FROM customers JOIN orders USING (customer_id);
-- using twice
SELECT order_id, product_id, quantity FROM orders JOIN order_items USING (order_id) JOIN products USING (product_id);
-- natural join
SELECT order_id, reason.Grund FROM orders NATURAL JOIN "Returns Log" AS reason;
-- natural join with star
SELECT * FROM orders NATURAL JOIN "Returns Log";
-- semi join
SELECT name, city FROM customers SEMI JOIN employees ON customers.city = employees.city;
-- anti join
SELECT c.name FROM customers c ANTI JOIN orders o ON c.customer_id = o.customer_id;
-- semi join with using
SELECT name FROM customers SEMI JOIN orders USING (customer_id);
-- asof join
SELECT c.name, o.order_id FROM customers c ASOF JOIN orders o ON c.customer_id = o.customer_id AND c.joined <= o.ordered;
-- cross join
SELECT c.city, s.Name FROM city c CROSS JOIN Suppliers s;
-- comma join without a condition
SELECT c.city, s.Name FROM city c, Suppliers s;
-- comma joins tied in another order
SELECT c.name, p.name FROM customers c, products p, orders o, order_items i WHERE i.product_id = p.product_id AND o.order_id = i.order_id AND c.customer_id = o.customer_id AND p.category = 'tea';
-- comma join of a table with itself
SELECT a.name, b.name FROM employees a, employees b, city WHERE city.city = b.city AND b.manager_id = a.employee_id;
-- comma join with an OR
SELECT c.name FROM customers c, orders o WHERE c.customer_id = o.customer_id OR o.total > 95;
-- comma join with two equalities
SELECT c.name, e.name FROM customers c, employees e, orders o WHERE (c.customer_id = o.customer_id AND o.employee_id = e.employee_id AND c.city = e.city);
-- comma mixed with join
SELECT c.name, o.total, p.name FROM customers c JOIN orders o ON o.customer_id = c.customer_id, products p WHERE p.product_id = o.order_id;
-- comma mixed with left join
SELECT c.name, o.total, e.name FROM customers c, employees e LEFT JOIN orders o ON o.employee_id = e.employee_id WHERE c.city = e.city;
-- self join
SELECT e.name, m.name FROM employees e JOIN employees m ON e.manager_id = m.employee_id;
-- self join over three levels
SELECT e.name, m.name AS boss, g.name FROM employees e LEFT JOIN employees m ON m.employee_id = e.manager_id LEFT JOIN employees g ON g.employee_id = m.manager_id ORDER BY boss NULLS FIRST, e.name;
-- join by inequality
SELECT a.name, b.name FROM employees a JOIN employees b ON a.salary > b.salary AND a.city = b.city;
-- parenthesised join
SELECT c.name FROM customers c JOIN (orders o JOIN order_items i ON o.order_id = i.order_id) ON c.customer_id = o.customer_id;
-- scalar subquery
SELECT name FROM employees WHERE salary > (SELECT AVG(salary) FROM employees);
-- scalar subquery in the list
SELECT name, salary - (SELECT AVG(e.salary) AS a FROM employees e) AS over FROM employees ORDER BY over DESC;
-- in a subquery
SELECT name FROM customers WHERE customer_id IN (SELECT customer_id FROM orders WHERE total > 50);
-- not in a subquery
SELECT name FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL);
-- set operation in IN
SELECT name FROM customers WHERE city IN (SELECT city FROM employees INTERSECT SELECT City FROM Suppliers);
-- exists
SELECT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND o.total > 50);
-- not exists
SELECT name FROM customers WHERE NOT EXISTS (SELECT * FROM orders WHERE orders.customer_id = customers.customer_id);
-- exists with a local column unqualified
SELECT name FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.customer_id AND status = 'paid');
-- outer column unqualified
SELECT name FROM products WHERE EXISTS (SELECT 1 FROM city WHERE category = 'tea' AND country = 'Peru');
-- correlated scalar subquery on the same table
SELECT e.name FROM employees e WHERE e.salary > (SELECT AVG(x.salary) FROM employees x WHERE x.city = e.city);
-- correlated scalar subquery in the list
SELECT c.name, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.customer_id) AS n FROM customers c ORDER BY n DESC, c.name;
-- correlated over two levels
SELECT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = o.order_id AND i.unit_price > c.customer_id));
-- correlated past a middle query of the same table
SELECT a.name FROM employees a WHERE a.salary = (SELECT MAX(b.salary) FROM employees b WHERE b.employee_id IN (SELECT c.employee_id FROM employees c WHERE c.city = a.city));
-- uncorrelated same table keeps its name
SELECT a.name FROM employees a WHERE a.salary = (SELECT MAX(b.salary) FROM employees b);
-- correlated in having
SELECT o.customer_id FROM orders o GROUP BY o.customer_id HAVING SUM(o.total) > (SELECT AVG(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- comparison with any
SELECT name FROM employees WHERE salary > ANY (SELECT salary FROM employees WHERE city = 'Rome');
-- comparison with all
SELECT name FROM employees WHERE salary >= ALL (SELECT salary FROM employees);
-- tuple in subquery
SELECT name FROM employees WHERE (city, salary) IN (SELECT city, MAX(salary) FROM employees GROUP BY city);
-- tuple in a list
SELECT name FROM customers WHERE (city, customer_id) IN (('Rome', 4), ('Oslo', 5));
-- derived table
SELECT AVG(t.n) FROM (SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id) AS t;
-- derived table without an alias
SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM orders GROUP BY customer_id);
-- derived table with a star
SELECT * FROM (SELECT name, city FROM customers WHERE customer_id < 5) AS few;
-- derived table joined
SELECT c.name, t.n FROM customers c JOIN (SELECT customer_id AS id, COUNT(*) AS n FROM orders GROUP BY customer_id) AS t ON t.id = c.customer_id ORDER BY t.n DESC, c.name;
-- two derived tables
SELECT a.s, b.s FROM (SELECT SUM(total) AS s FROM orders) a, (SELECT SUM(quantity) s FROM order_items) b;
-- derived table with column names
SELECT q.a, q.b FROM (SELECT customer_id, name FROM customers) AS q(a, b) WHERE q.a < 4;
-- derived table in a derived table
SELECT MAX(m) FROM (SELECT city, MAX(n) AS m FROM (SELECT city, name, COUNT(*) AS n FROM customers GROUP BY city, name) AS inner_one GROUP BY city) AS outer_one;
-- derived table whose count has no name
SELECT * FROM (SELECT city, COUNT(*) FROM customers GROUP BY city);
-- derived table whose count is referred to by its made name
SELECT "count_star()" + 1 FROM (SELECT COUNT(*) FROM customers);
-- derived table referred to from inside
SELECT t.n FROM (SELECT COUNT(*) AS n, city FROM customers GROUP BY city) t WHERE EXISTS (SELECT 1 FROM employees e WHERE e.city = t.city);
-- derived table with an unneeded alias of the same name
SELECT c.name FROM (SELECT name AS name, city AS City FROM customers) c WHERE c.CITY = 'Rome';
-- lateral
SELECT c.name, l.total FROM customers c, LATERAL (SELECT o.total FROM orders o WHERE o.customer_id = c.customer_id ORDER BY o.total DESC, o.order_id LIMIT 1) l;
-- lateral without the word
SELECT c.name, l.twice FROM customers c, (SELECT c.customer_id * 2 AS twice) l;
-- lateral left join
SELECT c.name, l.n FROM customers c LEFT JOIN LATERAL (SELECT COUNT(*) AS n FROM orders o WHERE o.customer_id = c.customer_id) l ON TRUE;
-- lateral column alias
SELECT price * 2 AS p2, p2 + 1 AS p3, p3 * p2 FROM products WHERE p2 > 30 ORDER BY p3;
-- lateral alias needs parentheses
SELECT price + 1 AS p, p * 2, 10 - p, -p FROM products;
-- lateral alias that is also a column is the column
SELECT price * 2 AS price, price + 1 FROM products;
-- cte
WITH totals AS (SELECT customer_id, SUM(total) AS s FROM orders GROUP BY customer_id) SELECT c.name, t.s FROM totals t JOIN customers c ON c.customer_id = t.customer_id ORDER BY t.s DESC, c.name;
-- two ctes of which the second uses the first
WITH a AS (SELECT city, COUNT(*) n FROM customers GROUP BY city), b AS (SELECT MAX(n) AS m FROM a) SELECT a.city FROM a, b WHERE a.n = b.m;
-- cte in a cte
WITH a AS (WITH b AS (SELECT salary FROM employees) SELECT MAX(salary) AS top FROM b) SELECT top FROM a;
-- cte with column names
WITH t(k, v) AS (SELECT city, COUNT(*) FROM customers GROUP BY city) SELECT k FROM t WHERE v > 6;
-- cte named as a table
WITH orders AS (SELECT * FROM orders WHERE total > 50) SELECT COUNT(*) FROM orders;
-- cte used twice
WITH m AS (SELECT employee_id, name, manager_id FROM employees) SELECT a.name, b.name FROM m a JOIN m b ON a.manager_id = b.employee_id;
-- cte in another case
WITH Monthly AS (SELECT month(ordered) AS m, SUM(total) AS s FROM orders GROUP BY 1) SELECT x.M FROM monthly x WHERE X.s > 100;
-- recursive cte
WITH RECURSIVE chain AS (SELECT employee_id, name, 0 AS depth FROM employees WHERE manager_id IS NULL UNION ALL SELECT e.employee_id, e.name, c.depth + 1 FROM employees e JOIN chain c ON e.manager_id = c.employee_id WHERE e.employee_id <> c.employee_id) SELECT name, depth FROM chain ORDER BY depth, name;
-- recursive numbers
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT SUM(i) FROM n;
-- materialized cte
WITH m AS MATERIALIZED (SELECT city FROM customers) SELECT COUNT(*) FROM m;
-- cte with values
WITH v(id, label) AS (VALUES (1, 'one'), (2, 'two')) SELECT v.label, c.name FROM v JOIN customers c ON c.customer_id = v.id;
-- cte over a set operation
WITH u AS (SELECT city AS place FROM customers UNION SELECT city FROM employees ORDER BY place) SELECT COUNT(place) FROM u;
-- unused cte
WITH x AS (SELECT 1 AS one) SELECT name FROM customers;
-- cte before a union
WITH big AS (SELECT * FROM orders WHERE total > 80) SELECT order_id FROM big UNION ALL SELECT order_id FROM order_items WHERE quantity = 4;
-- cte inside a subquery
SELECT name FROM customers WHERE customer_id IN (WITH b AS (SELECT customer_id FROM orders WHERE total > 90) SELECT customer_id FROM b);
-- union
SELECT city FROM customers UNION SELECT city FROM employees;
-- union all with order by name
SELECT name, city FROM customers UNION ALL SELECT name, city FROM employees ORDER BY name;
-- union ordered by alias
SELECT customer_id AS id, name FROM customers UNION SELECT employee_id, name FROM employees ORDER BY id DESC, name LIMIT 7;
-- union ordered by an expression's alias
SELECT upper(name) AS n FROM customers UNION SELECT lower(name) FROM employees ORDER BY n;
-- union ordered by position
SELECT name, customer_id FROM customers UNION SELECT name, employee_id FROM employees ORDER BY 2, 1;
-- except and intersect
SELECT city FROM customers EXCEPT SELECT city FROM employees INTERSECT SELECT City FROM Suppliers;
-- intersect before union by parentheses
(SELECT city FROM customers UNION SELECT city FROM employees) INTERSECT SELECT City FROM Suppliers;
-- except of a union
SELECT city FROM customers EXCEPT (SELECT city FROM employees UNION SELECT City FROM Suppliers);
-- except all
SELECT city FROM customers EXCEPT ALL SELECT city FROM employees;
-- branches in needless parentheses
(SELECT city FROM customers) UNION (SELECT city FROM employees);
-- branches with limits
(SELECT name FROM customers ORDER BY name LIMIT 2) UNION ALL (SELECT name FROM employees ORDER BY name DESC LIMIT 2);
-- union by name
SELECT name, city FROM customers UNION ALL BY NAME SELECT city AS city, salary AS pay FROM employees;
-- union in a derived table
SELECT COUNT(*) FROM (SELECT city FROM customers UNION SELECT city FROM employees) AS u WHERE u.city IS NOT NULL;
-- whole query in parentheses
(SELECT name FROM customers ORDER BY name LIMIT 3);
-- parenthesised query with an outer order
(SELECT name FROM customers) ORDER BY name DESC LIMIT 3;
-- joins in union branches
SELECT c.name FROM customers c JOIN orders o ON c.customer_id = o.customer_id WHERE o.status = 'paid' INTERSECT SELECT c.name FROM customers c JOIN orders o ON c.customer_id = o.customer_id WHERE o.status = 'open';
-- case
SELECT name, CASE WHEN price > 30 THEN 'dear' WHEN price > 10 THEN 'fair' ELSE 'cheap' END AS class FROM products ORDER BY class, name;
-- simple case
SELECT CASE category WHEN 'tea' THEN 1 WHEN 'cup' THEN 2 END FROM products;
-- sum over case
SELECT SUM(CASE WHEN status = 'paid' THEN total ELSE 0 END) / SUM(total) AS share FROM orders;
-- casts
SELECT price::INT, CAST(price AS VARCHAR), TRY_CAST(name AS INTEGER), (price + 1)::DOUBLE, '7'::INT, price::DECIMAL(8,1) FROM products;
-- extract
SELECT EXTRACT(YEAR FROM ordered), extract(month from ordered), date_part('day', ordered), year(ordered), extract(dow FROM ordered), extract(week FROM ordered) FROM orders;
-- dates and intervals
SELECT order_id FROM orders WHERE ordered >= DATE '2023-03-01' AND ordered < DATE '2023-03-01' + INTERVAL 3 MONTH;
-- cast to date and interval in quotes
SELECT order_id FROM orders WHERE ordered > CAST('2023-06-01' AS DATE) - INTERVAL '10' DAY AND ordered < '2024-01-01'::DATE - INTERVAL '2 weeks';
-- interval of an expression
SELECT ordered + INTERVAL (order_id % 3) DAY FROM orders;
-- timestamps
SELECT event_id FROM events WHERE happened >= TIMESTAMP '2024-03-01 00:00:00' AND happened - INTERVAL 1 HOUR < '2024-03-05'::TIMESTAMP;
-- date functions
SELECT date_diff('day', joined, DATE '2024-01-01'), strftime(joined, '%Y-%m'), dayname(joined), monthname(joined), last_day(joined), joined + 3, DATE '2024-01-01' - joined FROM customers;
-- truncations
SELECT date_trunc('quarter', ordered), COUNT(*) FROM orders GROUP BY date_trunc('quarter', ordered) ORDER BY 1;
-- string functions
SELECT name || ', ' || city, concat(name, city), upper(name), length(name), substr(name, 2, 3), replace(name, 'A', 'b'), trim(name), left(name, 2), split_part(name, ' ', 1) FROM customers;
-- ilike, similar and regular expressions
SELECT name FROM customers WHERE name ILIKE 'a%' OR name SIMILAR TO 'B.*' OR regexp_matches(name, '2$') OR name ~ 'C.*';
-- not ilike, and an escape
SELECT name FROM customers WHERE name NOT ILIKE 'a%' AND name NOT LIKE 'x\_%' ESCAPE '\';
-- quotes in text
SELECT 'it''s', name FROM customers WHERE name <> 'O''Hara' AND name <> '"x"';
-- coalesce and friends
SELECT COALESCE(city, 'none'), IFNULL(city, '-'), NULLIF(city, 'Rome'), GREATEST(customer_id, 5), city IS DISTINCT FROM 'Rome' FROM customers;
-- booleans
SELECT name FROM customers WHERE (city = 'Rome') IS TRUE OR (city IS NULL) IS NOT FALSE;
-- aggregates
SELECT MIN(price), MAX(price), AVG(price), SUM(price), MEDIAN(price), STDDEV(price), ROUND(AVG(price), 2), quantile_cont(price, 0.5) FROM products;
-- ordered aggregates
SELECT city, string_agg(name, ', ' ORDER BY name), list(customer_id ORDER BY customer_id DESC) FROM customers GROUP BY city;
-- percentile within group
SELECT category, percentile_cont(0.25) WITHIN GROUP (ORDER BY price) FROM products GROUP BY category;
-- aggregates with filter
SELECT COUNT(*) FILTER (WHERE status = 'paid') AS paid, COUNT(*) FILTER (WHERE status <> 'paid') FROM orders;
-- any value and arg max
SELECT category, any_value(category), arg_max(name, price), bool_and(price > 1) FROM products GROUP BY category;
-- rollup
SELECT status, year(ordered) AS y, COUNT(*) FROM orders GROUP BY ROLLUP (status, year(ordered)) ORDER BY 1, 2, 3;
-- grouping sets
SELECT status, employee_id, COUNT(*) FROM orders GROUP BY GROUPING SETS ((status), (employee_id), ()) ORDER BY 1, 2;
-- cube
SELECT status, employee_id, COUNT(*), GROUPING(status) FROM orders GROUP BY CUBE (status, employee_id) ORDER BY 1, 2, 3;
-- window function
SELECT name, RANK() OVER (PARTITION BY city ORDER BY salary DESC) AS r FROM employees ORDER BY r, name;
-- window with a frame
SELECT order_id, SUM(total) OVER (ORDER BY order_id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders;
-- lag and lead
SELECT order_id, LAG(total) OVER (ORDER BY order_id), LEAD(total, 2, 0) OVER (ORDER BY order_id) FROM orders;
-- named window
SELECT order_id, SUM(total) OVER w, AVG(total) OVER w FROM orders WINDOW w AS (PARTITION BY status ORDER BY order_id) ORDER BY order_id;
-- share of the whole
SELECT category, SUM(price) / SUM(SUM(price)) OVER () AS share FROM products GROUP BY category ORDER BY share;
-- qualify
SELECT name, city FROM employees QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY salary DESC, name) = 1;
-- qualify by alias
SELECT name, ROW_NUMBER() OVER (PARTITION BY city ORDER BY salary DESC, name) AS rn FROM employees QUALIFY rn <= 2 ORDER BY name;
-- qualify after group and having
SELECT city, name, COUNT(*) AS n FROM customers GROUP BY city, name HAVING COUNT(*) >= 1 QUALIFY RANK() OVER (PARTITION BY city ORDER BY name) = 1 ORDER BY city;
-- window in a derived table filtered outside
SELECT name, total FROM (SELECT c.name, o.total, ROW_NUMBER() OVER (PARTITION BY c.customer_id ORDER BY o.total DESC, o.order_id) AS rn FROM customers c JOIN orders o USING (customer_id)) t WHERE t.rn = 1;
-- reserved names
SELECT "from", "to" FROM "order" WHERE "from" = 'a';
-- reserved names across a join
SELECT o."from", p."to" FROM "order" o JOIN "order" p ON o."to" = p."from";
-- names with spaces
SELECT "Return ID", "select" FROM "Returns Log" WHERE "Return ID" > 3;
-- names with spaces across a join
SELECT r."Return ID", o.total, p."Unit Cost" FROM "Returns Log" r JOIN orders o ON o.order_id = r.order_id JOIN products p ON p.product_id = o.employee_id ORDER BY r."Return ID";
-- a table with spaces twice
SELECT a."Return ID" FROM "Returns Log" a JOIN "Returns Log" b ON a."Return ID" = b.order_id;
-- mixed case
select NAME, supplierid from SUPPLIERS where CITY = 'Rome';
-- quoted names in another case
SELECT "Name" FROM "suppliers" WHERE "suppliers"."city" = 'Rome';
-- column named as its table
SELECT city, country FROM city WHERE city.city = 'Rome';
-- column named as its table across a join
SELECT c.name, city.country FROM customers c JOIN city ON c.city = city.city;
-- column named group
SELECT "group", COUNT(*) FROM city GROUP BY "group" ORDER BY "group";
-- alias named as a table
SELECT name AS customers FROM customers ORDER BY customers.name;
-- table alias named as another table
SELECT orders.name FROM customers AS orders JOIN orders AS customers ON orders.customer_id = customers.customer_id;
-- table alias named as a column
SELECT name.name FROM customers AS name;
-- alias with spaces
SELECT total AS "Total Sales" FROM orders ORDER BY "Total Sales" DESC;
-- alias with spaces in a derived table
SELECT MAX("Total Sales") FROM (SELECT SUM(total) AS "Total Sales" FROM orders GROUP BY status) AS "per status";
-- default namespace
SELECT main.customers.name FROM main.customers;
-- other namespace
SELECT levels.on_hand FROM stock.levels WHERE levels.product_id < 4;
-- the same table name in two namespaces
SELECT p.name, s.shelf FROM products p JOIN stock.products s ON p.product_id = s.product_id;
-- qualified by namespace and table
SELECT stock.levels.on_hand FROM stock.levels;
-- struct field
SELECT detail.page, COUNT(*) FROM events GROUP BY detail.page ORDER BY 1;
-- struct field of an aliased table
SELECT e.detail.ms, c.name FROM events e JOIN customers c ON c.customer_id = e.customer_id WHERE e.detail.page = 'home';
-- struct field unqualified in a join
SELECT detail.ms FROM events JOIN customers USING (customer_id);
-- struct by bracket and function
SELECT detail['page'], struct_extract(detail, 'ms') FROM events;
-- list functions
SELECT tags[1], len(tags), list_contains(tags, 'b'), tags[1:2], array_length(tags) FROM events;
-- lambda
SELECT list_transform(tags, lambda x: x || '!'), list_filter(tags, lambda t: t <> 'b') FROM events;
-- lambda parameter named as a column
SELECT list_transform(tags, lambda detail: upper(detail)) FROM events;
-- list comprehension
SELECT [upper(x) FOR x IN tags IF x <> 'b'] FROM events;
-- unnest in the list
SELECT event_id, UNNEST(tags) AS tag FROM events ORDER BY event_id, tag;
-- unnest in from
SELECT e.event_id, u.tag FROM events e, UNNEST(e.tags) AS u(tag);
-- unnest in a cross join with a bare column
SELECT event_id, tag FROM events CROSS JOIN UNNEST(tags) AS u(tag) WHERE tag = 'b';
-- unnest in a subquery
SELECT event_id FROM events WHERE 'c' IN (SELECT UNNEST(tags));
-- literals of list, struct and map
SELECT [1, 2, 3], {'a': 1, 'b': 'x'}, MAP {'k': 1}['k'], (1, 2);
-- range
SELECT r.i FROM range(5) AS r(i) WHERE r.i > 1;
-- range without column names
SELECT range FROM range(3);
-- generate series joined
SELECT g.m, COUNT(o.order_id) FROM generate_series(1, 12) AS g(m) LEFT JOIN orders o ON month(o.ordered) = g.m GROUP BY g.m ORDER BY g.m;
-- values
SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) WHERE v.a = 2;
-- values without names
SELECT col0 FROM (VALUES (1), (2)) AS v ORDER BY col0;
-- no table
SELECT 1 + 1 AS two, 'x';
-- no table with a subquery
SELECT (SELECT COUNT(*) FROM customers) AS a, (SELECT COUNT(*) FROM orders) AS b;
-- sample of everything
SELECT COUNT(*) FROM (SELECT name FROM customers USING SAMPLE 100 PERCENT (bernoulli));
-- columns expression
SELECT MIN(COLUMNS('.*_id')) FROM orders;
-- pivot
PIVOT orders ON status USING COUNT(*) GROUP BY employee_id ORDER BY employee_id;
-- whole row
SELECT c FROM customers c WHERE c.customer_id = 3;
-- count of a qualified star
SELECT COUNT(o.*) FROM customers c LEFT JOIN orders o ON c.customer_id = o.customer_id;
-- from first already
FROM customers c JOIN orders o ON c.customer_id = o.customer_id SELECT c.name, o.total WHERE o.total > 20;
-- from without select
FROM customers WHERE city = 'Rome';
-- from first with commas
FROM customers c, orders o SELECT c.name, o.total WHERE o.customer_id = c.customer_id;
-- comments
SELECT name /* who */ FROM customers -- all of them
WHERE city = 'Rome';
-- two lines and tabs
SELECT
	name
FROM   customers
ORDER  BY   name   ASC;
-- at time zone
SELECT CAST(happened AT TIME ZONE 'UTC' AS DATE) FROM events ORDER BY event_id LIMIT 3;
-- bitwise and power
SELECT order_id & 3, order_id | 8, order_id << 1, order_id ** 2, xor(order_id, 1), ~order_id FROM orders;
-- between with expressions
SELECT order_id FROM orders WHERE total BETWEEN (10 + 5) AND (2 * 30);
-- json
SELECT '{"a": {"b": 2}}'::JSON -> 'a' ->> 'b';
-- random rows keep their alias
SELECT x >= 0 FROM (SELECT random() AS x FROM customers) AS q;
-- volatile alias ordered by
SELECT random() * 0 AS r FROM customers ORDER BY r;
-- alias of an outer query used inside
SELECT customer_id AS me FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = me);
-- alias used in where
SELECT total * 2 AS double FROM orders WHERE double > 100;
-- top of each group
SELECT category, name FROM products p WHERE price = (SELECT MAX(price) FROM products WHERE category = p.category);
-- division of counts
SELECT COUNT(DISTINCT o.customer_id) * 100.0 / (SELECT COUNT(*) FROM customers) AS percent FROM orders o;
-- order by count
SELECT c.city FROM customers c JOIN orders o ON c.customer_id = o.customer_id GROUP BY c.city ORDER BY COUNT(*) DESC, c.city LIMIT 1;
-- order by a column of the other table
SELECT c.name FROM customers c JOIN orders o ON c.customer_id = o.customer_id ORDER BY o.total DESC, o.order_id LIMIT 4;
-- in a list of one
SELECT name FROM customers WHERE city IN ('Rome');
-- in with an expression on the left
SELECT name FROM customers WHERE (customer_id + 1) IN (2, 3) AND (customer_id % 2 = 0) NOT IN (TRUE);
-- exclusion by left join
SELECT p.name FROM products p LEFT JOIN order_items i ON p.product_id = i.product_id WHERE i.order_id IS NULL;
-- outer table named as a plain inner column
SELECT country FROM city WHERE (SELECT COUNT(*) FROM customers WHERE customers.city = city.city) > 2;
-- outer table by its alias where its name is an inner column
SELECT c.country FROM city c WHERE EXISTS (SELECT 1 FROM employees e WHERE e.city = c.city AND e.salary > 1200);
