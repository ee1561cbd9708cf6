CREATE TABLE shops (
  shop_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, city VARCHAR NOT NULL, format VARCHAR NOT NULL,
  floor_m2 INTEGER NOT NULL, opened_on DATE NOT NULL, closed_on DATE
);
CREATE TABLE clients (
  client_id INTEGER PRIMARY KEY, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL,
  email VARCHAR, tier VARCHAR, joined_on DATE NOT NULL, newsletter BOOLEAN NOT NULL
);
CREATE TABLE sales (
  sale_id INTEGER PRIMARY KEY, shop_id INTEGER REFERENCES shops (shop_id),
  client_id INTEGER NOT NULL REFERENCES clients (client_id), sold_on DATE NOT NULL,
  channel VARCHAR NOT NULL, amount_eur DECIMAL(10, 2) NOT NULL, remark VARCHAR
);
INSERT INTO shops
SELECT i, 'Shop ' || chr(65 + CAST(i AS INTEGER)), ['Rome', 'Oslo', 'Lima', 'Cork'][1 + i % 4],
  ['outlet', 'city', 'kiosk'][1 + i % 3], 80 + 37 * i, DATE '2015-03-01' + INTERVAL (97 * i) DAY,
  CASE WHEN i % 5 = 0 THEN DATE '2025-01-05' + INTERVAL (11 * i) DAY END
FROM range(20) AS r (i);
INSERT INTO clients
SELECT i, ['Ada', 'Bo', 'Cem', 'Dora', 'Eli'][1 + i % 5], ['Ng', 'Ruiz', 'Berg'][1 + i % 3],
  'secret' || i || '@mail.example', [NULL, 'gold', 'silver', 'bronze'][1 + i % 4],
  DATE '2019-01-01' + INTERVAL (31 * i) DAY, i % 2 = 0
FROM range(60) AS r (i);
INSERT INTO sales
SELECT i, CASE WHEN i % 7 <> 0 THEN (i * 13) % 18 END, (i * i) % 55,
  DATE '2023-01-01' + INTERVAL (2 * i + i % 5) DAY, ['web', 'till'][1 + i % 2],
  10 + (i * 37) % 490 + (i % 10) / 10, CASE WHEN i % 3 = 0 THEN 'paid by voucher' END
FROM range(500) AS r (i);
