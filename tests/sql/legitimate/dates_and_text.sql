-- title: the parts of a date
SELECT extract(year FROM order_date) AS y, extract('month' FROM order_date) AS m, count(*) FROM orders GROUP BY ALL ORDER BY ALL;
-- title: orders of the last 30 days of data
SELECT count(*) FROM orders WHERE order_date > (SELECT max(order_date) FROM orders) - INTERVAL 30 DAY;
-- title: interval in words
SELECT count(*) FROM orders WHERE order_date >= DATE '2025-12-31' - INTERVAL '3 months';
-- title: interval of a column
SELECT name, since + INTERVAL (lead_days) DAY AS due FROM suppliers WHERE lead_days IS NOT NULL LIMIT 3;
-- title: date arithmetic in days
SELECT avg(delivered_on - shipped_on) AS days FROM shipments;
-- title: date_diff and date_part
SELECT date_diff('day', shipped_on, promised_on) AS d, date_part('dow', shipped_on) AS dow FROM shipments LIMIT 5;
-- title: ages in years
SELECT date_diff('year', birth_date, DATE '2025-12-31') AS age, count(*) FROM customers WHERE birth_date IS NOT NULL GROUP BY age ORDER BY age;
-- title: the age function
SELECT age(DATE '2025-12-31', opened_on) FROM stores LIMIT 2;
-- title: names of days and months
SELECT dayname(order_date) AS day, monthname(order_date) AS month, count(*) AS n FROM orders GROUP BY ALL ORDER BY n DESC LIMIT 5;
-- title: formatting a date
SELECT strftime(order_date, '%Y-%m') AS month, count(*) FROM orders GROUP BY month ORDER BY month;
-- title: reading a date
SELECT strptime('31.12.2025', '%d.%m.%Y')::DATE AS d, try_strptime('x', '%Y') AS nothing;
-- title: weeks and quarters
SELECT quarter(order_date) AS q, week(order_date) AS w, count(*) FROM orders GROUP BY ALL LIMIT 5;
-- title: time buckets
SELECT time_bucket(INTERVAL '2 weeks', order_date) AS bucket, count(*) FROM orders GROUP BY bucket ORDER BY bucket LIMIT 5;
-- title: the last day of a month
SELECT last_day(order_date) AS month_end, sum(total_eur) FROM orders GROUP BY month_end ORDER BY month_end;
-- title: dates between two others
SELECT count(*) FROM orders WHERE order_date BETWEEN '2025-01-01' AND '2025-03-31';
-- title: today and now
SELECT today() >= DATE '2020-01-01' AS ok, now() IS NOT NULL AS running, current_date AS day, current_timestamp::VARCHAR AS moment;
-- title: a time zone
SELECT paid_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AS berlin FROM payments WHERE paid_at IS NOT NULL LIMIT 2;
-- title: epoch and back
SELECT to_timestamp(epoch(paid_at))::VARCHAR FROM payments WHERE paid_at IS NOT NULL LIMIT 2;
-- title: making dates
SELECT make_date(2025, 12, 31) AS d, make_timestamp(2025, 1, 2, 3, 4, 5.5) AS t;
-- title: hours of payments
SELECT hour(paid_at) AS h, count(*) FROM payments WHERE paid_at IS NOT NULL GROUP BY h ORDER BY h;
-- title: a series of days
SELECT d::DATE AS day, count(o.order_id) AS n FROM generate_series(DATE '2025-12-01', DATE '2025-12-31', INTERVAL 1 DAY) AS g(d) LEFT JOIN orders o ON o.order_date = d GROUP BY day ORDER BY day;
-- title: ILIKE
SELECT name FROM products WHERE name ILIKE '%linen%' LIMIT 3;
-- title: LIKE with an escape
SELECT count(*) FROM customers WHERE email NOT LIKE '%!_%' ESCAPE '!';
-- title: a regular expression
SELECT count(*) FROM customers WHERE regexp_matches(email, '^[a-z]+\.');
-- title: the regular expression operator
SELECT name FROM stores WHERE name ~ '.*[A-Z].*' LIMIT 2;
-- title: SIMILAR TO
SELECT code FROM promotions WHERE code SIMILAR TO '[A-Z]+[0-9]+' LIMIT 3;
-- title: extracting with a group
SELECT regexp_extract(email, '@(.+)$', 1) AS host, count(*) FROM customers GROUP BY host;
-- title: replacing with a pattern
SELECT regexp_replace(phone, '[^0-9]', '', 'g') AS digits FROM customers WHERE phone IS NOT NULL LIMIT 2;
-- title: GLOB
SELECT name FROM stores WHERE name GLOB 'B*' LIMIT 2;
-- title: joining text
SELECT first_name || ' ' || last_name AS name, concat_ws(', ', last_name, first_name) FROM customers LIMIT 2;
-- title: parts of text
SELECT left(name, 3), right(name, 2), substring(name FROM 2 FOR 3), substr(name, 1, 4), name[1:3] FROM stores LIMIT 2;
-- title: trimming and padding
SELECT trim(BOTH ' ' FROM '  x  ') AS x, lpad(store_id::VARCHAR, 4, '0') AS code, rtrim('xx--', '-') FROM stores LIMIT 2;
-- title: splitting text
SELECT split_part(email, '@', 1) AS local, string_split(email, '@')[2] AS host FROM employees LIMIT 2;
-- title: searching in text
SELECT position('a' IN name) AS p, strpos(name, 'e'), contains(name, 'in'), starts_with(name, 'B') FROM stores LIMIT 3;
-- title: case of letters
SELECT upper(city), lower(city), length(city), reverse(city) FROM stores LIMIT 2;
-- title: methods in a chain
SELECT name.upper().replace(' ', '_').substring(1, 8) AS slug FROM stores LIMIT 3;
-- title: likeness of words
SELECT name FROM suppliers ORDER BY levenshtein(name, 'Nordlicht'), jaro_winkler_similarity(name, 'Nordlicht') DESC LIMIT 3;
-- title: formatted numbers
SELECT format('{:,.2f}', sum(total_eur)::DOUBLE) AS eur, printf('%d', count(*)) FROM orders;
-- title: hashes and encodings
SELECT md5(email) AS a, hash(email) IS NOT NULL AS b, encode(email) IS NOT NULL AS c, base64('ab'::BLOB) AS d FROM employees LIMIT 1;
-- title: a collation
SELECT city FROM stores ORDER BY city COLLATE NOCASE LIMIT 3;
-- title: quotes inside text
SELECT 'it''s "fine"; -- really' AS s, 'a /* b */ c' AS t;
-- title: a backslash and a dollar inside text
SELECT 'C:\temp' AS path, '$5' AS price, 'über straße 東京' AS words;
-- title: an escape string with a line break
SELECT E'one\ntwo' AS lines;
-- title: chr and ascii
SELECT chr(65) AS a, ascii('A') AS n, unicode('ä') AS u;
-- title: a typed literal
SELECT DATE '2025-01-01' AS d, TIMESTAMP '2025-01-01 10:00:00' AS t, INTERVAL '1' DAY AS i;
