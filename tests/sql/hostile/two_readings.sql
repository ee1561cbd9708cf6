-- title: a comment inside a comment
SELECT 1 /* a /* b */ , (SELECT content FROM read_text('/etc/passwd')) /* c */ */
-- title: a comment that ends early for one reader
SELECT 1 /* /* */ FROM orders; DROP TABLE orders -- */
-- title: a comment that opens twice
SELECT /* /* 1 */ 2
-- title: a comment without an end
SELECT 1 /* FROM orders
-- title: an end without a comment
SELECT 1 */ 2
-- title: a hint comment
SELECT /*+ evil */ 1
-- title: a version comment
SELECT /*!50000 sleep_ms(1), */ 1
-- title: a slash and a star apart by a comment
SELECT 1 /**//* x /* */ + 1 */
-- title: a template comment
SELECT 1 {# FROM orders; DROP TABLE orders #}
-- title: a template block
SELECT {% raw %} 1
-- title: a template value
SELECT {{ 1 }}
-- title: dollar quotes
SELECT $$ ' $$ , (SELECT 1) -- '
-- title: dollar quotes with a tag
SELECT $tag$ it's $tag$
-- title: dollar quotes around a statement
SELECT $$; DROP TABLE orders; $$
-- title: dollar quotes of another tag inside
SELECT $a$ $b$ ' $a$ || ' $b$ '
-- title: a dollar inside a name
SELECT a$b FROM (SELECT 1 AS a$b)
-- title: an escape string that ends early for one reader
SELECT E'\' || (SELECT content FROM read_text('/etc/passwd')) --'
-- title: an escape string with a doubled quote
SELECT E'a''b\'c'
-- title: an escape string with a code
SELECT E'\x27'
-- title: an escape string with a Unicode code
SELECT E'\u0027'
-- title: an escape string with an octal code
SELECT E'\047'
-- title: an escape string with an escaped backslash
SELECT E'\\' || 'x'
-- title: a small e
SELECT e'\''
-- title: a Unicode string
SELECT U&'\0027'
-- title: a Unicode name
SELECT * FROM U&"\0061"
-- title: a national string
SELECT N'x'
-- title: a bit string
SELECT B'0101'
-- title: a hexadecimal string
SELECT X'41'
-- title: a raw string
SELECT r'\'
-- title: a query string
SELECT q'[it's]'
-- title: two strings side by side
SELECT 'a''b'"c"
-- title: a string and a name without a space
SELECT 'a'"b" FROM orders
-- title: a name and a string without a space
SELECT "a"'b'
-- title: a number and a string without a space
SELECT 1'a'
-- title: a string without an end
SELECT 'abc FROM orders
-- title: a name without an end
SELECT "abc FROM orders
-- title: a backtick name
SELECT `name` FROM stores
-- title: a backtick around a comment
SELECT `/*` FROM stores
-- title: a backslash outside of quotes
SELECT 1 \ 2
-- title: a client command
\copy orders TO 'x'
-- title: a dot command of the shell
.read evil.sql
-- title: a pipe
FROM orders |> SELECT 1
-- title: a system variable
SELECT @@version
-- title: assigning
SELECT @a := 1
-- title: a colon parameter
SELECT :evil
-- title: a fullwidth semicolon
SELECT 1；DROP TABLE orders
-- title: a Greek question mark for a semicolon
SELECT 1; DROP TABLE orders
-- title: fullwidth letters
ＳＥＬＥＣＴ 1
-- title: a fullwidth function
SELECT * FROM ｒead_csv('/etc/passwd')
-- title: fullwidth brackets
SELECT count（*） FROM orders
-- title: typographic quotes
SELECT ’a’
-- title: typographic double quotes
SELECT “a” FROM orders
-- title: a prime for a quote
SELECT ʹaʹ || ′b′
-- title: a modifier apostrophe
SELECT 1 AS aʼb'
-- title: a ligature in a name
SELECT ﬁlter FROM orders
-- title: a long s in a keyword
ſELECT 1
-- title: a Kelvin sign in a name
SELECT toKen FROM (SELECT 1 AS token)
-- title: an Arabic comma
SELECT 1، 2
-- title: digits of another script
SELECT ١٢٣
-- title: a superscript
SELECT 2²
-- title: a fullwidth minus for a comment
SELECT 1 －－ 2
-- title: an em dash for a comment
SELECT 1 —— 2
-- title: brackets that do not match
SELECT (1]
-- title: a bracket too many
SELECT 1)
-- title: a bracket too few
SELECT (1
-- title: a bracket closed by a comment
SELECT (1 -- )
-- title: a union over a comment's end
SELECT 1 --
*/ UNION SELECT 2
-- title: keywords joined by a comment
SEL/**/ECT 1
-- title: a call split by a comment
SELECT * FROM read_csv/**/('/etc/passwd')
-- title: a call split by a line comment
SELECT * FROM read_csv --
('/etc/passwd')
-- title: a call with spaces
SELECT * FROM   read_text   ( '/etc/passwd' )
-- title: a call over several lines
SELECT *
FROM main
.
read_text
('/etc/passwd')
-- title: a catalogue with spaces around the dot
SELECT * FROM information_schema . tables
-- title: a catalogue with a comment in the dot
SELECT * FROM information_schema/**/./**/tables
-- title: a function hidden behind an alias
SELECT sum: sleep_ms(1000)
-- title: a table that is called like a function
SELECT * FROM duckdb_settings () AS orders
-- title: a refused function under an allowed alias
SELECT current_setting('x') AS upper
-- title: a refused function as a default argument
SELECT coalesce(NULL, current_setting('temp_directory'))
-- title: a refused function in an interval
SELECT DATE '2025-01-01' + INTERVAL (sleep_ms(1)) DAY
-- title: a refused function in a cast
SELECT CAST(version() AS VARCHAR)
-- title: a refused function in a slice
SELECT [1, 2][sleep_ms(1):2]
-- title: a refused function in a struct
SELECT {'a': version()}
-- title: a refused function in a map
SELECT map {'a': version()}
-- title: a refused function in BETWEEN
SELECT 1 BETWEEN sleep_ms(1) AND 2
-- title: a refused function in a frame
SELECT sum(1) OVER (ROWS BETWEEN sleep_ms(1) PRECEDING AND CURRENT ROW)
-- title: a refused function in a named window
SELECT sum(1) OVER w FROM orders WINDOW w AS (ORDER BY sleep_ms(1))
-- title: a refused function in an aggregate's order
SELECT list(order_id ORDER BY sleep_ms(1)) FROM orders
-- title: a refused function in WITHIN GROUP
SELECT quantile_cont(0.5) WITHIN GROUP (ORDER BY sleep_ms(1)) FROM orders
-- title: a refused function as an argument of range
SELECT * FROM range(sleep_ms(1000))
-- title: a refused function in TABLESAMPLE's query
SELECT * FROM (SELECT sleep_ms(1)) TABLESAMPLE 10%
-- title: a refused function in COLUMNS
SELECT COLUMNS(lambda c: c = version()) FROM stores
-- title: a refused function in a named argument
SELECT struct_pack(a := version())
-- title: a refused function after GROUP BY ALL
SELECT version(), count(*) FROM orders GROUP BY ALL
-- title: a refused function in a USING KEY CTE
WITH RECURSIVE t(a) USING KEY (a) AS (SELECT 1 UNION SELECT sleep_ms(1) FROM t) FROM t
