-- title: a list literal
SELECT [1, 2, 3] AS l, len([1, 2, 3]) AS n;
-- title: a list comprehension
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1] AS doubled;
-- title: a comprehension over a column
SELECT [upper(n) FOR n IN names] FROM (SELECT list(name) AS names FROM stores GROUP BY country);
-- title: a lambda
SELECT list_transform([1, 2, 3], lambda x: x + 1) AS l;
-- title: a lambda that uses a column
SELECT store_id, list_filter([100, 500, 1000], lambda s: s < sqm) AS below FROM stores LIMIT 3;
-- title: a lambda with two parameters
SELECT list_reduce([1, 2, 3], lambda a, b: a + b) AS total;
-- title: a lambda in a lambda
SELECT list_transform([[1, 2], [3]], lambda l: list_sum(list_transform(l, lambda x: x * 10))) AS sums;
-- title: lists sorted, distinct and cut
SELECT list_sort(list_distinct([3, 1, 3]))[1:2] AS l, list_reverse([1, 2]) AS r;
-- title: list functions
SELECT list_contains([1, 2], 2), list_position(['a', 'b'], 'b'), list_concat([1], [2]), flatten([[1], [2, 3]]);
-- title: aggregates of lists
SELECT list_sum([1, 2]), list_avg([1, 2]), list_max([1, 2]), list_aggregate([1, 2, 3], 'median');
-- title: unnest in SELECT
SELECT unnest([1, 2, 3]) AS n;
-- title: unnest in FROM
SELECT n * 2 AS doubled FROM unnest([1, 2, 3]) AS t(n);
-- title: unnest of a column
SELECT country, c FROM (SELECT country, list(city) AS cities FROM stores GROUP BY country) s, unnest(s.cities) AS u(c) LIMIT 5;
-- title: unnest with an ordinality
SELECT n, i FROM unnest(['a', 'b']) WITH ORDINALITY AS t(n, i);
-- title: unnest of a struct
SELECT unnest({'a': 1, 'b': 2});
-- title: a recursive unnest
SELECT unnest([{'a': 1, 'b': [1, 2]}], recursive := true);
-- title: a struct and its fields
SELECT s.a, s['b'], struct_extract(s, 'a') FROM (SELECT {'a': 1, 'b': 'x'} AS s);
-- title: a struct of columns
SELECT {'city': city, 'n': count(*)} AS place FROM stores GROUP BY city;
-- title: struct_pack with names
SELECT struct_pack(name := name, size := sqm) AS s FROM stores LIMIT 2;
-- title: a row value
SELECT row(name, city) AS r, (name, city) = ('x', 'y') AS same FROM stores LIMIT 2;
-- title: a field of an aggregated struct
SELECT m.name, m.eur FROM (SELECT arg_max({'name': name, 'eur': rrp_eur}, rrp_eur) AS m FROM products);
-- title: a map
SELECT map {'a': 1, 'b': 2}['a'] AS one, map_keys(map {'k': 1}) AS keys;
-- title: a map of columns
SELECT map_from_entries(list((city, n))) AS m FROM (SELECT city, count(*) AS n FROM stores GROUP BY city);
-- title: cardinality of a map
SELECT cardinality(histogram(stars)) AS stars FROM reviews;
-- title: zipped lists
SELECT list_zip([1, 2], ['a', 'b']) AS pairs;
-- title: a range as a list
SELECT range(5) AS r, generate_series(1, 3) AS g;
-- title: a range as a table
SELECT i, i * i AS square FROM range(1, 6) AS t(i);
-- title: a range under its own name
SELECT range FROM range(3);
-- title: numbers joined with rows
SELECT s.name, r.year FROM (SELECT name FROM stores LIMIT 2) s CROSS JOIN range(2023, 2026) AS r(year);
-- title: JSON text
SELECT json_extract('{"a": [1, 2]}', '$.a[1]') AS one, '{"a": 1}'::JSON ->> 'a' AS two;
-- title: JSON arrows
SELECT j -> 'a' -> 'b' AS inner_json, j ->> '$.a.b' AS inner_text FROM (SELECT '{"a": {"b": 5}}'::JSON AS j);
-- title: JSON made from rows
SELECT to_json(s) FROM stores s LIMIT 1;
-- title: JSON objects and arrays
SELECT json_object('name', name, 'size', sqm), json_group_array(name) FROM stores GROUP BY name, sqm LIMIT 2;
-- title: rows from a JSON array
SELECT value FROM json_each('[1, 2, 3]');
-- title: casts
SELECT '1'::INTEGER, CAST('2' AS BIGINT), TRY_CAST('x' AS INTEGER) IS NULL, 1::DECIMAL(10, 2), [1]::DOUBLE[];
-- title: numbers
SELECT round(2.567, 1), ceil(1.2), floor(1.8), abs(-3), 7 // 2, 7 % 2, 2 ** 3, sqrt(9), ln(2), greatest(1, 2), least(1, 2);
-- title: nulls
SELECT coalesce(NULL, 1), nullif(1, 1), ifnull(NULL, 2), NULL IS NULL, 1 IS DISTINCT FROM NULL;
-- title: cases
SELECT CASE channel WHEN 'web' THEN 1 ELSE 0 END AS w, if(total_eur > 100, 'large', 'small') AS size FROM orders LIMIT 2;
-- title: bits and booleans
SELECT 5 & 3, 5 | 3, xor(5, 3), 1 << 4, NOT true, true AND false OR true;
-- title: a lateral alias
SELECT total_eur * 0.19 AS vat, vat * 2 AS twice FROM orders WHERE vat > 50 LIMIT 3;
-- title: an alias used in grouping and ordering
SELECT year(order_date) AS y, count(*) AS n FROM orders GROUP BY y ORDER BY n;
-- title: random and uuid
SELECT random() BETWEEN 0 AND 1 AS r, uuid() IS NOT NULL AS u;
-- title: bar charts in text
SELECT country, bar(count(*), 0, 20, 10) FROM stores GROUP BY country;
-- title: typeof
SELECT typeof(total_eur) FROM orders LIMIT 1;
-- title: TRY around an error
SELECT TRY(ln(0)) IS NULL AS undefined;
-- title: long lists of values
SELECT count(*) FROM orders WHERE order_id IN (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377);
-- title: bit-sized repetition
SELECT repeat('ab', 3) AS r, lpad('x', 5, '.') AS p;
