-- title: a count of rows
SELECT count(*) FROM orders;
-- title: FROM-first without SELECT
FROM stores;
-- title: FROM-first with a SELECT
FROM customers SELECT count(*) AS customers;
-- title: grouping by a column
SELECT channel, count(*) AS orders FROM orders GROUP BY channel;
-- title: GROUP BY ALL and ORDER BY ALL
SELECT status, channel, count(*) AS n FROM orders GROUP BY ALL ORDER BY ALL;
-- title: having on an alias
SELECT city, count(*) AS n FROM addresses GROUP BY city HAVING n > 10 ORDER BY n DESC;
-- title: distinct counts
SELECT count(DISTINCT customer_id) AS buyers, count(DISTINCT store_id) AS stores FROM orders;
-- title: FILTER on aggregates
SELECT count(*) FILTER (WHERE channel = 'web') AS web, count(*) FILTER (WHERE channel = 'store') AS store FROM orders;
-- title: conditional sums
SELECT sum(CASE WHEN channel = 'web' THEN total_eur ELSE 0 END) AS web_eur FROM orders;
-- title: string_agg in order
SELECT country, string_agg(city, ', ' ORDER BY city) AS cities FROM (SELECT DISTINCT country, city FROM stores) GROUP BY country;
-- title: group_concat
SELECT region, group_concat(name, '; ') FROM stores GROUP BY region;
-- title: listagg
SELECT format, listagg(name, '|') FROM stores GROUP BY format;
-- title: a list of values
SELECT country, list(name ORDER BY name) AS names FROM suppliers GROUP BY country;
-- title: array_agg with a limit by slicing
SELECT category_id, array_agg(name ORDER BY rrp_eur DESC)[1:3] AS dearest FROM products GROUP BY category_id;
-- title: the median
SELECT median(total_eur) AS median_eur FROM orders;
-- title: a continuous quantile
SELECT quantile_cont(total_eur, 0.9) AS p90 FROM orders;
-- title: several quantiles at once
SELECT quantile_cont(total_eur, [0.25, 0.5, 0.75]) AS quartiles FROM orders;
-- title: percentile WITHIN GROUP
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total_eur) AS median_eur FROM orders;
-- title: a discrete percentile per channel
SELECT channel, percentile_disc(0.95) WITHIN GROUP (ORDER BY total_eur) AS p95 FROM orders GROUP BY channel;
-- title: approximate distinct count
SELECT approx_count_distinct(customer_id) FROM orders;
-- title: approximate quantile
SELECT approx_quantile(total_eur, 0.5) FROM orders;
-- title: the row with the greatest value
SELECT arg_max(name, rrp_eur) AS dearest, max(rrp_eur) AS price FROM products;
-- title: the top three by one aggregate
SELECT max_by(name, rrp_eur, 3) AS dearest FROM products;
-- title: the most common value
SELECT mode(carrier) FROM shipments;
-- title: standard deviation and variance
SELECT stddev(total_eur), var_pop(total_eur) FROM orders;
-- title: correlation and regression
SELECT corr(quantity, line_total_eur) AS r, regr_slope(line_total_eur, quantity) AS slope FROM order_lines;
-- title: a histogram as a map
SELECT histogram(stars) FROM reviews;
-- title: rollup with its labels
SELECT country, city, count(*) AS n, grouping(country, city) AS level FROM stores GROUP BY ROLLUP (country, city);
-- title: cube
SELECT channel, status, sum(total_eur) AS eur FROM orders GROUP BY CUBE (channel, status);
-- title: grouping sets
SELECT channel, status, count(*) AS n FROM orders GROUP BY GROUPING SETS ((channel), (status), ());
-- title: grouping by an expression
SELECT date_trunc('month', order_date) AS month, sum(total_eur) AS eur FROM orders GROUP BY 1 ORDER BY 1;
-- title: boolean aggregates
SELECT bool_or(newsletter) AS any_news, bool_and(newsletter) AS all_news FROM customers;
-- title: any_value and first
SELECT country, any_value(city) AS one_city, first(name ORDER BY opened_on) AS oldest FROM stores GROUP BY country;
-- title: count_if
SELECT count_if(total_eur > 500) AS large FROM orders;
-- title: share of a total
SELECT channel, round(100.0 * sum(total_eur) / (SELECT sum(total_eur) FROM orders), 1) AS pct FROM orders GROUP BY channel;
-- title: distinct rows
SELECT DISTINCT country, region FROM stores ORDER BY country, region;
-- title: the first row of each group
SELECT DISTINCT ON (customer_id) customer_id, order_id, order_date FROM orders ORDER BY customer_id, order_date DESC LIMIT 5;
-- title: ordering by position with nulls last
SELECT name, rating FROM suppliers ORDER BY 2 DESC NULLS LAST LIMIT 5;
-- title: limit as a percentage
SELECT name FROM products LIMIT 5%;
-- title: limit and offset
SELECT name FROM products ORDER BY name LIMIT 5 OFFSET 10;
-- title: a sample of rows
SELECT count(*) FROM orders USING SAMPLE 100 ROWS;
-- title: a sample of a table
SELECT avg(total_eur) FROM orders TABLESAMPLE reservoir(50 ROWS);
-- title: entropy and skewness
SELECT entropy(channel), skewness(total_eur), kurtosis(total_eur) FROM orders;
-- title: several aggregates of every column
SELECT max(COLUMNS(*)) FROM inventory;
-- title: columns by a pattern
SELECT min(COLUMNS('.*_eur')) FROM order_lines;
-- title: columns by a lambda
SELECT COLUMNS(lambda c: c LIKE '%_on') FROM shipments LIMIT 3;
-- title: a weighted average
SELECT sum(unit_price_eur * quantity) / sum(quantity) AS mean_price FROM order_lines;
-- title: weighted_avg
SELECT weighted_avg(unit_price_eur, quantity) FROM order_lines;
-- title: a closing semicolon and a comment
SELECT count(*) FROM orders; -- all of them
-- title: a block comment in the middle
SELECT /* only the web */ count(*) FROM orders WHERE channel = 'web';
