CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, joined DATE, active BOOLEAN);
CREATE TABLE products (product_id INTEGER PRIMARY KEY, name VARCHAR, price DOUBLE);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (customer_id), ordered TIMESTAMP, status VARCHAR, total DECIMAL(10, 2));
CREATE TABLE order_items (order_id INTEGER REFERENCES orders (order_id), product_id INTEGER REFERENCES products (product_id), quantity INTEGER);
CREATE TABLE employees (employee_id INTEGER PRIMARY KEY, name VARCHAR, manager_id INTEGER REFERENCES employees (employee_id), salary INTEGER);
CREATE TABLE "Order Log" ("from" VARCHAR, "Größe" INTEGER, "東京" VARCHAR, "say ""hi""" VARCHAR, order_id INTEGER REFERENCES orders (order_id), tags VARCHAR[]);
