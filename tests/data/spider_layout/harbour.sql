CREATE TABLE port (port_id INTEGER PRIMARY KEY, name VARCHAR(40), country text, opened DATE, depth DECIMAL(6,2));
INSERT INTO port VALUES (1, 'Aveiro', 'Portugal', '1808-04-03', 11.5), (2, 'Bergen', 'Norway', '1299-01-01', 12),
  (3, 'Cork', 'Ireland', NULL, 9.75), (4, 'Porto', 'Portugal', '1892-07-01', 10);
CREATE TABLE ship (ship_id TEXT PRIMARY KEY, name TEXT, home_port INT REFERENCES port (port_id), built INTEGER,
  crew INTEGER, flag, launched DATETIME, tonnes VARCHAR(10));
INSERT INTO ship VALUES ('1', 'Gaivota', 1, 1990, 12, 'PT', '1990-05-01 10:00:00', '700'),
  ('2', 'Havfrue', 2, 2001, '', 'NO', '2001-02-03 00:00:00', '1200'), ('3', 'Selkie', 3, 1975, 8, 'IE', NULL, '90'),
  ('4', 'Andorinha', 1, 2010, 20, 'PT', '2010-11-12 08:30:00', 'unknown'), ('5', 'Fjord', 2, 1988, 12, 'NO', NULL, '300');
CREATE TABLE call (call_id INTEGER PRIMARY KEY, ship_id INTEGER, port_id INTEGER, day DATE, fee INTEGER, note BLOB,
  FOREIGN KEY (ship_id) REFERENCES ship (ship_id), FOREIGN KEY (port_id) REFERENCES port (port_id));
INSERT INTO call VALUES (1, 1, 2, '2020-01-05', 7, NULL), (2, 2, 2, '2020-01-06', 4, X'636166C3A9'),
  (3, 1, 99, '2020-02-01', 9, X'636166E9'), (4, 3, 3, '2020-03-01', 3, NULL), (5, 4, 1, '2020-03-01', 3, NULL);
CREATE TABLE pilot (pilot_id INTEGER PRIMARY KEY, name TEXT, chief INTEGER REFERENCES pilot (pilot_id));
INSERT INTO pilot VALUES (1, 'Rita', NULL), (2, 'Olav', 1), (3, 'olga', 1);
CREATE VIEW busy AS SELECT port_id, count(*) AS calls FROM call GROUP BY port_id;
