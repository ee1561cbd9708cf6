CREATE TABLE cities (
  city_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  country VARCHAR
);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  city_id INTEGER REFERENCES cities (city_id),
  status VARCHAR,
  placed_on DATE,
  amount DOUBLE
);
COMMENT ON COLUMN orders.status IS 'one of open, shipped, credit_note';
