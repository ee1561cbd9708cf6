CREATE TABLE suppliers (
  supplier_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  contact_email VARCHAR,
  lead_days INTEGER,
  rating INTEGER,
  since DATE NOT NULL
);
COMMENT ON TABLE suppliers IS 'Firms that the chain buys its products from';
COMMENT ON COLUMN suppliers.lead_days IS 'Usual days from purchase order to goods in; NULL when never measured';
COMMENT ON COLUMN suppliers.rating IS 'Buying department''s grade: 1 is the best, 5 the worst; NULL when not graded';
COMMENT ON COLUMN suppliers.since IS 'First day of the business relation';

CREATE TABLE categories (
  category_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  parent_id INTEGER REFERENCES categories (category_id)
);
COMMENT ON TABLE categories IS 'Product categories; those without a parent are the departments';
COMMENT ON COLUMN categories.parent_id IS 'Department that the category belongs to; NULL for a department itself';

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  sku VARCHAR NOT NULL UNIQUE,
  name VARCHAR NOT NULL,
  category_id INTEGER NOT NULL REFERENCES categories (category_id),
  supplier_id INTEGER NOT NULL REFERENCES suppliers (supplier_id),
  brand VARCHAR,
  rrp_eur DECIMAL(10, 2) NOT NULL,
  cost_eur DECIMAL(10, 2),
  weight_g INTEGER,
  launched_on DATE NOT NULL,
  dropped_on DATE
);
COMMENT ON TABLE products IS 'Everything that is or was in the range';
COMMENT ON COLUMN products.category_id IS 'Always a category below a department, never a department';
COMMENT ON COLUMN products.brand IS 'NULL for own-label products';
COMMENT ON COLUMN products.rrp_eur IS 'Recommended retail price today, VAT included';
COMMENT ON COLUMN products.cost_eur IS 'Purchase price of one piece';
COMMENT ON COLUMN products.dropped_on IS 'Day the product left the range; NULL while it is in it';

CREATE TABLE stores (
  store_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  region VARCHAR NOT NULL,
  format VARCHAR NOT NULL,
  sqm INTEGER NOT NULL,
  opened_on DATE NOT NULL,
  closed_on DATE
);
COMMENT ON TABLE stores IS 'Shops; the web shop is not a store';
COMMENT ON COLUMN stores.format IS 'flagship, city or outlet';
COMMENT ON COLUMN stores.sqm IS 'Sales floor in square metres';
COMMENT ON COLUMN stores.closed_on IS 'NULL while the store trades';

CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  job VARCHAR NOT NULL,
  store_id INTEGER REFERENCES stores (store_id),
  mgr_id INTEGER REFERENCES employees (employee_id),
  hired_on DATE NOT NULL,
  left_on DATE,
  salary_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE employees IS 'Present and former staff of stores and head office';
COMMENT ON COLUMN employees.store_id IS 'NULL for head office';
COMMENT ON COLUMN employees.mgr_id IS 'The employee whom this one reports to; NULL for the chief executive';
COMMENT ON COLUMN employees.left_on IS 'Last working day; NULL while employed';
COMMENT ON COLUMN employees.salary_eur IS 'Gross pay a month';

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  phone VARCHAR,
  birth_date DATE,
  "group" VARCHAR NOT NULL,
  "loyaltyTier" VARCHAR,
  joined_on DATE NOT NULL,
  newsletter BOOLEAN NOT NULL,
  home_store_id INTEGER REFERENCES stores (store_id),
  referred_by INTEGER REFERENCES customers (customer_id)
);
COMMENT ON TABLE customers IS 'Everyone with a customer account; every sale belongs to one';
COMMENT ON COLUMN customers."group" IS 'private, business or staff';
COMMENT ON COLUMN customers."loyaltyTier" IS 'bronze, silver or gold; NULL when not in the loyalty programme';
COMMENT ON COLUMN customers.home_store_id IS 'Store named by the customer as usual; NULL when none was named';
COMMENT ON COLUMN customers.referred_by IS 'Customer who recommended us to this one';

CREATE TABLE addresses (
  address_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  kind VARCHAR NOT NULL,
  street VARCHAR NOT NULL,
  postcode VARCHAR,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  is_default BOOLEAN NOT NULL
);
COMMENT ON TABLE addresses IS 'Postal addresses of customers; one of them is the default';
COMMENT ON COLUMN addresses.kind IS 'home, work or parcel shop';

CREATE TABLE promotions (
  promotion_id INTEGER PRIMARY KEY,
  code VARCHAR NOT NULL UNIQUE,
  name VARCHAR NOT NULL,
  disc_pct INTEGER NOT NULL,
  channel VARCHAR,
  "start" DATE NOT NULL,
  "end" DATE NOT NULL
);
COMMENT ON TABLE promotions IS 'Discount campaigns';
COMMENT ON COLUMN promotions.disc_pct IS 'Discount in percent of the unit price';
COMMENT ON COLUMN promotions.channel IS 'web or store; NULL when it runs in both';
COMMENT ON COLUMN promotions."end" IS 'Last day on which the code works';

CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  order_date DATE NOT NULL,
  channel VARCHAR NOT NULL,
  store_id INTEGER REFERENCES stores (store_id),
  employee_id INTEGER REFERENCES employees (employee_id),
  address_id INTEGER REFERENCES addresses (address_id),
  promotion_id INTEGER REFERENCES promotions (promotion_id),
  status VARCHAR NOT NULL,
  shipping_eur DECIMAL(10, 2) NOT NULL,
  total_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE orders IS 'Sales: web orders and purchases at a store''s till';
COMMENT ON COLUMN orders.channel IS 'web or store';
COMMENT ON COLUMN orders.store_id IS 'Store that made the sale; NULL for web orders';
COMMENT ON COLUMN orders.employee_id IS 'Who stood at the till; NULL for web orders';
COMMENT ON COLUMN orders.address_id IS 'Where a web order is delivered to; NULL for store sales';
COMMENT ON COLUMN orders.status IS 'completed for every store sale; web orders are placed, paid, shipped, delivered or cancelled';
COMMENT ON COLUMN orders.shipping_eur IS 'Delivery fee that the customer pays; 0 at the till';
COMMENT ON COLUMN orders.total_eur IS 'What the customer pays: all lines after discount plus shipping, VAT included';

CREATE TABLE order_lines (
  order_line_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  line_no INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  quantity INTEGER NOT NULL,
  unit_price_eur DECIMAL(10, 2) NOT NULL,
  disc_pct INTEGER NOT NULL,
  line_total_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE order_lines IS 'One product within an order';
COMMENT ON COLUMN order_lines.unit_price_eur IS 'Price of one piece on that day, before discount';
COMMENT ON COLUMN order_lines.disc_pct IS 'Discount in percent; 0 for full price';
COMMENT ON COLUMN order_lines.line_total_eur IS 'quantity times unit price less discount';

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  method VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  amount_eur DECIMAL(10, 2) NOT NULL,
  paid_at TIMESTAMP
);
COMMENT ON TABLE payments IS 'Payments and attempts to pay; an order may have several';
COMMENT ON COLUMN payments.method IS 'card, cash, gift_card, invoice or wallet';
COMMENT ON COLUMN payments.state IS 'captured, failed, refunded or open (an invoice not yet paid)';
COMMENT ON COLUMN payments.paid_at IS 'Time of the payment or of the failed attempt; NULL for an open invoice';

CREATE TABLE shipments (
  shipment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  carrier VARCHAR NOT NULL,
  tracking_no VARCHAR,
  shipped_on DATE NOT NULL,
  promised_on DATE NOT NULL,
  delivered_on DATE,
  freight DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE shipments IS 'Parcels of web orders; a few orders go out in two parcels';
COMMENT ON COLUMN shipments.delivered_on IS 'NULL while the parcel is under way or when it was lost';
COMMENT ON COLUMN shipments.freight IS 'What the carrier charges us for the parcel, in EUR; not what the customer paid';

CREATE TABLE returns (
  return_id INTEGER PRIMARY KEY,
  order_line_id INTEGER NOT NULL UNIQUE REFERENCES order_lines (order_line_id),
  returned_on DATE NOT NULL,
  quantity INTEGER NOT NULL,
  reason VARCHAR,
  refund_eur DECIMAL(10, 2) NOT NULL,
  resaleable BOOLEAN NOT NULL
);
COMMENT ON TABLE returns IS 'Order lines that came back, in whole or in part; at most one return a line';
COMMENT ON COLUMN returns.quantity IS 'Pieces returned; may be fewer than were bought';
COMMENT ON COLUMN returns.reason IS 'Reason the customer gave; NULL when none';

CREATE TABLE inventory (
  store_id INTEGER NOT NULL REFERENCES stores (store_id),
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  qty INTEGER NOT NULL,
  qty2 INTEGER NOT NULL,
  reorder_level INTEGER,
  counted_on DATE,
  PRIMARY KEY (store_id, product_id)
);
COMMENT ON TABLE inventory IS 'Stock of each product in each open store this evening';
COMMENT ON COLUMN inventory.qty IS 'Pieces in the store';
COMMENT ON COLUMN inventory.qty2 IS 'Pieces of qty that are set aside for customers';
COMMENT ON COLUMN inventory.reorder_level IS 'Stock at or below which the store orders again; NULL when not managed';
COMMENT ON COLUMN inventory.counted_on IS 'Last stocktake of this product in this store';

CREATE TABLE reviews (
  review_id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  stars INTEGER NOT NULL,
  body VARCHAR,
  written_on DATE NOT NULL
);
COMMENT ON TABLE reviews IS 'Product reviews that customers wrote on the web shop';
COMMENT ON COLUMN reviews.stars IS '1 (worst) to 5 (best)';
COMMENT ON COLUMN reviews.body IS 'Text of the review; NULL when only stars were given';
