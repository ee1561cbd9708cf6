CREATE TABLE hubs (
  hub_id INTEGER PRIMARY KEY,
  code VARCHAR NOT NULL UNIQUE,
  name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  parent_hub_id INTEGER REFERENCES hubs (hub_id),
  cap INTEGER NOT NULL,
  doors INTEGER,
  opened_on DATE NOT NULL,
  closed_on DATE
);
COMMENT ON TABLE hubs IS 'Our terminals: gateways and the depots that hang on them';
COMMENT ON COLUMN hubs.code IS 'Three-letter code on the labels';
COMMENT ON COLUMN hubs.kind IS 'gateway or depot';
COMMENT ON COLUMN hubs.parent_hub_id IS 'Gateway that serves the depot; NULL for gateways';
COMMENT ON COLUMN hubs.cap IS 'Parcels that can be sorted in a day';
COMMENT ON COLUMN hubs.doors IS 'Loading doors; NULL where never surveyed';
COMMENT ON COLUMN hubs.closed_on IS 'NULL while the hub is open';

CREATE TABLE carriers (
  carrier_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  mode VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  own BOOLEAN NOT NULL,
  grade VARCHAR,
  contract_from DATE NOT NULL,
  contract_until DATE,
  contact_email VARCHAR
);
COMMENT ON TABLE carriers IS 'Who moves the legs: our own fleet and subcontractors';
COMMENT ON COLUMN carriers.mode IS 'road, rail, sea or air';
COMMENT ON COLUMN carriers.own IS 'True only for our own fleet';
COMMENT ON COLUMN carriers.grade IS 'Purchasing''s quality grade, A (best) to D; NULL when not graded';
COMMENT ON COLUMN carriers.contract_until IS 'Last day of the contract; NULL when open-ended';

CREATE TABLE service_levels (
  service_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  max_dwell_h INTEGER NOT NULL,
  price_factor DECIMAL(4, 2) NOT NULL,
  offered_from DATE NOT NULL,
  retired_on DATE
);
COMMENT ON TABLE service_levels IS 'What a customer can book';
COMMENT ON COLUMN service_levels.max_dwell_h IS 'Hours that a shipment may wait at one hub';
COMMENT ON COLUMN service_levels.price_factor IS 'Freight price as a multiple of the standard level';
COMMENT ON COLUMN service_levels.retired_on IS 'Day it was taken off the price list; NULL while offered';

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  industry VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  parent_id INTEGER REFERENCES customers (customer_id),
  home_hub_id INTEGER NOT NULL REFERENCES hubs (hub_id),
  since DATE NOT NULL,
  left_on DATE,
  pay_days INTEGER NOT NULL,
  credit_eur DECIMAL(12, 2),
  blocked BOOLEAN NOT NULL,
  email VARCHAR,
  vat_no VARCHAR
);
COMMENT ON TABLE customers IS 'Companies that ship with us, past ones included';
COMMENT ON COLUMN customers.parent_id IS 'Group that the company belongs to; NULL when independent or head of its group';
COMMENT ON COLUMN customers.home_hub_id IS 'Hub where the customer usually hands over';
COMMENT ON COLUMN customers.left_on IS 'Day the account was closed; NULL for current customers';
COMMENT ON COLUMN customers.pay_days IS 'Agreed days from invoice to payment';
COMMENT ON COLUMN customers.credit_eur IS 'Credit limit; NULL when none was set';
COMMENT ON COLUMN customers.blocked IS 'True when only prepaid shipments are accepted; the customer may well still ship';

CREATE TABLE drivers (
  driver_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  home_hub_id INTEGER NOT NULL REFERENCES hubs (hub_id),
  licence VARCHAR NOT NULL,
  adr_until DATE,
  mentor_id INTEGER REFERENCES drivers (driver_id),
  birth_date DATE NOT NULL,
  phone VARCHAR,
  hired_on DATE NOT NULL,
  left_on DATE
);
COMMENT ON TABLE drivers IS 'Drivers on our own payroll, former ones included';
COMMENT ON COLUMN drivers.licence IS 'B (vans), C (rigid trucks) or CE (tractors)';
COMMENT ON COLUMN drivers.adr_until IS 'Expiry of the dangerous-goods certificate; NULL when the driver has none';
COMMENT ON COLUMN drivers.mentor_id IS 'Colleague who trained the driver; NULL when none';
COMMENT ON COLUMN drivers.left_on IS 'NULL while employed';

CREATE TABLE vehicles (
  vehicle_id INTEGER PRIMARY KEY,
  plate VARCHAR NOT NULL UNIQUE,
  kind VARCHAR NOT NULL,
  fuel VARCHAR NOT NULL,
  home_hub_id INTEGER NOT NULL REFERENCES hubs (hub_id),
  payload_kg INTEGER NOT NULL,
  bought_on DATE NOT NULL,
  sold_on DATE,
  leased BOOLEAN NOT NULL
);
COMMENT ON TABLE vehicles IS 'Vehicles of our own fleet';
COMMENT ON COLUMN vehicles.kind IS 'van, rigid or tractor';
COMMENT ON COLUMN vehicles.fuel IS 'diesel, lng or electric';
COMMENT ON COLUMN vehicles.bought_on IS 'Day it joined the fleet, also for leased vehicles';
COMMENT ON COLUMN vehicles.sold_on IS 'Day it left the fleet; NULL while in service';

CREATE TABLE routes (
  route_id INTEGER PRIMARY KEY,
  "from" INTEGER NOT NULL REFERENCES hubs (hub_id),
  "to" INTEGER NOT NULL REFERENCES hubs (hub_id),
  mode VARCHAR NOT NULL,
  km INTEGER NOT NULL,
  plan_h DOUBLE NOT NULL,
  night_ok BOOLEAN NOT NULL
);
COMMENT ON TABLE routes IS 'Directed connections between two hubs by one mode';
COMMENT ON COLUMN routes."from" IS 'Hub of departure';
COMMENT ON COLUMN routes."to" IS 'Hub of arrival';
COMMENT ON COLUMN routes.plan_h IS 'Planned hours from departure to arrival';
COMMENT ON COLUMN routes.night_ok IS 'Whether night departures are allowed';

CREATE TABLE invoices (
  invoice_no INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  paid_on DATE,
  total_eur DECIMAL(12, 2) NOT NULL
);
COMMENT ON TABLE invoices IS 'Monthly invoices, one a customer for the shipments booked in the month before';
COMMENT ON COLUMN invoices.paid_on IS 'NULL while unpaid';

CREATE TABLE shipments (
  shipment_id INTEGER PRIMARY KEY,
  ref VARCHAR,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  service_code VARCHAR NOT NULL REFERENCES service_levels (service_code),
  origin_hub_id INTEGER NOT NULL REFERENCES hubs (hub_id),
  dest_hub_id INTEGER NOT NULL REFERENCES hubs (hub_id),
  cnee_name VARCHAR NOT NULL,
  cnee_private BOOLEAN NOT NULL,
  booked_at TIMESTAMP NOT NULL,
  picked_up_on DATE,
  eta DATE NOT NULL,
  eta2 DATE,
  delivered_at TIMESTAMP,
  status VARCHAR NOT NULL,
  wgt_kg DECIMAL(10, 1) NOT NULL,
  "ChgWgt" INTEGER NOT NULL,
  declared_eur DECIMAL(12, 2),
  incoterm VARCHAR
);
COMMENT ON TABLE shipments IS 'Consignments from one customer to one consignee';
COMMENT ON COLUMN shipments.ref IS 'Customer''s own order number; NULL when not given';
COMMENT ON COLUMN shipments.cnee_private IS 'Whether the consignee is a private household';
COMMENT ON COLUMN shipments.eta IS 'Delivery day first promised to the customer; never changed';
COMMENT ON COLUMN shipments.eta2 IS 'Revised promise after a delay was reported; NULL when never revised';
COMMENT ON COLUMN shipments.status IS 'booked, in_transit, delivered, returned, lost or cancelled';
COMMENT ON COLUMN shipments.wgt_kg IS 'Gross weight on the scale';
COMMENT ON COLUMN shipments."ChgWgt" IS 'Chargeable weight in kg: gross or volume weight, whichever is higher';
COMMENT ON COLUMN shipments.declared_eur IS 'Value declared by the customer; NULL when none was declared';
COMMENT ON COLUMN shipments.incoterm IS 'Trade term of shipments that cross the customs border, NULL otherwise';

CREATE TABLE parcels (
  parcel_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments (shipment_id),
  seq INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  wgt_kg DECIMAL(8, 1) NOT NULL,
  vol_dm3 INTEGER NOT NULL,
  un_class VARCHAR,
  qty INTEGER NOT NULL,
  qty2 INTEGER
);
COMMENT ON TABLE parcels IS 'Handling units of a shipment, each with its own label';
COMMENT ON COLUMN parcels.kind IS 'box, pallet, crate or tube';
COMMENT ON COLUMN parcels.un_class IS 'Dangerous-goods class; NULL for harmless goods';
COMMENT ON COLUMN parcels.qty IS 'Pieces inside as declared by the customer';
COMMENT ON COLUMN parcels.qty2 IS 'Pieces counted when the hub opened the parcel; NULL when it was not opened';

CREATE TABLE legs (
  leg_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments (shipment_id),
  leg_no INTEGER NOT NULL,
  route_id INTEGER NOT NULL REFERENCES routes (route_id),
  carrier_id INTEGER NOT NULL REFERENCES carriers (carrier_id),
  vehicle_id INTEGER REFERENCES vehicles (vehicle_id),
  driver_id INTEGER REFERENCES drivers (driver_id),
  plan_dep TIMESTAMP NOT NULL,
  plan_arr TIMESTAMP NOT NULL,
  dep_at TIMESTAMP,
  arr_at TIMESTAMP,
  cost_eur DECIMAL(10, 2)
);
COMMENT ON TABLE legs IS 'Moves of a shipment from hub to hub, in order of leg_no';
COMMENT ON COLUMN legs.vehicle_id IS 'Own vehicle; NULL when a subcontractor drove';
COMMENT ON COLUMN legs.driver_id IS 'Own driver; NULL when a subcontractor drove';
COMMENT ON COLUMN legs.dep_at IS 'Actual departure; NULL before it';
COMMENT ON COLUMN legs.arr_at IS 'Actual arrival; NULL before it, and for good where the shipment was lost';
COMMENT ON COLUMN legs.cost_eur IS 'What the subcontractor charges us; NULL on our own fleet';

CREATE TABLE attempts (
  shipment_id INTEGER NOT NULL REFERENCES shipments (shipment_id),
  attempt_no INTEGER NOT NULL,
  attempted_at TIMESTAMP NOT NULL,
  driver_id INTEGER REFERENCES drivers (driver_id),
  outcome VARCHAR NOT NULL,
  PRIMARY KEY (shipment_id, attempt_no)
);
COMMENT ON TABLE attempts IS 'Tries to hand a shipment over to the consignee';
COMMENT ON COLUMN attempts.driver_id IS 'Own driver; NULL when a delivery partner tried';
COMMENT ON COLUMN attempts.outcome IS 'delivered, nobody_home, wrong_address or refused';

CREATE TABLE charges (
  charge_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments (shipment_id),
  invoice_no INTEGER REFERENCES invoices (invoice_no),
  kind VARCHAR NOT NULL,
  amount_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE charges IS 'What a customer pays for a shipment, item by item';
COMMENT ON COLUMN charges.invoice_no IS 'NULL while not yet invoiced';
COMMENT ON COLUMN charges.kind IS 'freight, fuel, customs, residential, redelivery, dangerous_goods or credit';
COMMENT ON COLUMN charges.amount_eur IS 'Net of VAT; credits are negative';

CREATE TABLE incidents (
  incident_id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments (shipment_id),
  leg_id INTEGER REFERENCES legs (leg_id),
  kind VARCHAR NOT NULL,
  severity INTEGER NOT NULL,
  reported_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP,
  "desc" VARCHAR
);
COMMENT ON TABLE incidents IS 'Whatever went wrong with a shipment and was reported';
COMMENT ON COLUMN incidents.leg_id IS 'Leg on which it happened; NULL when it did not happen on a leg or is unknown';
COMMENT ON COLUMN incidents.kind IS 'damage, loss, theft, delay, customs_hold, temperature or mislabelled';
COMMENT ON COLUMN incidents.severity IS '1 is the worst, 4 the mildest';
COMMENT ON COLUMN incidents.closed_at IS 'NULL while open';
COMMENT ON COLUMN incidents."desc" IS 'Note by the person who reported it; often NULL';

CREATE TABLE claims (
  claim_id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL UNIQUE REFERENCES incidents (incident_id),
  filed_on DATE NOT NULL,
  claimed_eur DECIMAL(12, 2) NOT NULL,
  decision VARCHAR,
  decided_on DATE,
  paid_eur DECIMAL(12, 2)
);
COMMENT ON TABLE claims IS 'Compensation that customers ask for after an incident';
COMMENT ON COLUMN claims.decision IS 'accepted, partial or rejected; NULL while undecided';
COMMENT ON COLUMN claims.paid_eur IS 'Compensation granted; NULL unless accepted or partial';

CREATE TABLE fuel_fills (
  fill_id INTEGER PRIMARY KEY,
  vehicle_id INTEGER NOT NULL REFERENCES vehicles (vehicle_id),
  filled_on DATE NOT NULL,
  litres DECIMAL(7, 1) NOT NULL,
  eur_l DECIMAL(5, 3) NOT NULL,
  odo_km INTEGER,
  country VARCHAR NOT NULL
);
COMMENT ON TABLE fuel_fills IS 'Refuelling of own vehicles';
COMMENT ON COLUMN fuel_fills.eur_l IS 'Price of one litre';
COMMENT ON COLUMN fuel_fills.odo_km IS 'Mileage on the clock; NULL when the driver did not note it';

CREATE TABLE workshop_jobs (
  job_id INTEGER PRIMARY KEY,
  vehicle_id INTEGER NOT NULL REFERENCES vehicles (vehicle_id),
  kind VARCHAR NOT NULL,
  in_on DATE NOT NULL,
  out_on DATE,
  cost_eur DECIMAL(10, 2)
);
COMMENT ON TABLE workshop_jobs IS 'Stays of own vehicles in a workshop';
COMMENT ON COLUMN workshop_jobs.kind IS 'inspection, repair, tyres, bodywork or recall';
COMMENT ON COLUMN workshop_jobs.out_on IS 'NULL while the vehicle is still there';
COMMENT ON COLUMN workshop_jobs.cost_eur IS 'NULL until the bill has come';
