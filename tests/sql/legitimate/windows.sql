-- title: a row number
SELECT order_id, row_number() OVER (PARTITION BY customer_id ORDER BY order_date) AS nth FROM orders LIMIT 5;
-- title: QUALIFY with a window
SELECT store_id, order_id, total_eur FROM orders QUALIFY row_number() OVER (PARTITION BY store_id ORDER BY total_eur DESC) = 1;
-- title: QUALIFY with an alias
SELECT product_id, name, rank() OVER (PARTITION BY category_id ORDER BY rrp_eur DESC) AS place FROM products QUALIFY place <= 2;
-- title: a running total
SELECT month, sum(eur) OVER (ORDER BY month) AS so_far FROM (SELECT date_trunc('month', order_date) AS month, sum(total_eur) AS eur FROM orders GROUP BY 1);
-- title: a moving average
SELECT day, avg(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM (SELECT order_date AS day, count(*) AS n FROM orders GROUP BY 1) LIMIT 10;
-- title: a range frame over dates
SELECT order_date, sum(total_eur) OVER (ORDER BY order_date RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW) AS eur FROM orders LIMIT 5;
-- title: lag and growth
SELECT y, eur, eur / lag(eur) OVER (ORDER BY y) - 1 AS growth FROM (SELECT year(order_date) AS y, sum(total_eur) AS eur FROM orders GROUP BY y);
-- title: lead with a default
SELECT order_id, lead(order_date, 1, order_date) OVER (PARTITION BY customer_id ORDER BY order_date) AS following FROM orders LIMIT 5;
-- title: first and last values
SELECT DISTINCT store_id, first_value(order_date) OVER w AS opened, last_value(order_date) OVER w AS latest FROM orders WINDOW w AS (PARTITION BY store_id ORDER BY order_date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) LIMIT 5;
-- title: two named windows
SELECT store_id, sum(total_eur) OVER a, avg(total_eur) OVER b FROM orders WINDOW a AS (PARTITION BY store_id), b AS (PARTITION BY channel) LIMIT 3;
-- title: quartiles with ntile
SELECT customer_id, ntile(4) OVER (ORDER BY sum(total_eur)) AS quartile FROM orders GROUP BY customer_id LIMIT 5;
-- title: dense rank of grouped rows
SELECT city, count(*) AS n, dense_rank() OVER (ORDER BY count(*) DESC) AS place FROM addresses GROUP BY city;
-- title: percent rank and cume_dist
SELECT name, percent_rank() OVER (ORDER BY rrp_eur) AS pr, cume_dist() OVER (ORDER BY rrp_eur) AS cd FROM products LIMIT 5;
-- title: the share within a partition
SELECT country, city, count(*) / sum(count(*)) OVER (PARTITION BY country) AS share FROM stores GROUP BY country, city;
-- title: nth_value
SELECT DISTINCT category_id, nth_value(name, 2) OVER (PARTITION BY category_id ORDER BY rrp_eur DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS second FROM products;
-- title: a window with EXCLUDE
SELECT sum(qty) OVER (ORDER BY product_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS beside FROM inventory LIMIT 5;
-- title: a filtered window
SELECT order_id, count(*) FILTER (WHERE channel = 'web') OVER (PARTITION BY customer_id) AS web FROM orders LIMIT 5;
-- title: lag that skips nulls
SELECT supplier_id, lag(rating IGNORE NULLS) OVER (ORDER BY supplier_id) AS before FROM suppliers LIMIT 5;
-- title: distinct count in a window
SELECT store_id, count(DISTINCT customer_id) OVER (PARTITION BY store_id) AS buyers FROM orders WHERE store_id IS NOT NULL LIMIT 3;
-- title: a groups frame
SELECT order_date, count(*) OVER (ORDER BY order_date GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS n FROM orders LIMIT 4;
-- title: cohorts by first order
WITH first_order AS (SELECT customer_id, min(date_trunc('month', order_date)) AS cohort FROM orders GROUP BY 1) SELECT cohort, date_diff('month', cohort, date_trunc('month', o.order_date)) AS age, count(DISTINCT o.customer_id) AS n FROM orders o JOIN first_order f USING (customer_id) GROUP BY ALL ORDER BY ALL LIMIT 20;
-- title: gaps between orders
SELECT customer_id, order_date - lag(order_date) OVER (PARTITION BY customer_id ORDER BY order_date) AS days FROM orders QUALIFY days IS NOT NULL LIMIT 5;
-- title: sessions by gaps and islands
SELECT customer_id, island, count(*) AS n FROM (SELECT customer_id, order_date, sum(CASE WHEN gap > 30 OR gap IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY customer_id ORDER BY order_date) AS island FROM (SELECT customer_id, order_date, order_date - lag(order_date) OVER (PARTITION BY customer_id ORDER BY order_date) AS gap FROM orders)) GROUP BY ALL LIMIT 5;
-- title: the top three of each group
SELECT * FROM (SELECT category_id, name, rrp_eur, row_number() OVER (PARTITION BY category_id ORDER BY rrp_eur DESC) AS place FROM products) WHERE place <= 3;
-- title: a median over a window
SELECT store_id, median(total_eur) OVER (PARTITION BY store_id) AS mid FROM orders LIMIT 3;
