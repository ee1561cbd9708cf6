CREATE TABLE substations (
    substation_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    kv INTEGER NOT NULL,
    capacity_mva DECIMAL(12, 2) NOT NULL,
    built_in INTEGER,
    decommissioned_on DATE
);

CREATE TABLE feeders (
    feeder_id INTEGER PRIMARY KEY,
    code VARCHAR NOT NULL UNIQUE,
    substation_id INTEGER NOT NULL REFERENCES substations (substation_id),
    parent_feeder_id INTEGER REFERENCES feeders (feeder_id),
    line_type VARCHAR NOT NULL,
    length_km DECIMAL(12, 2) NOT NULL,
    "load" INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    energised_on DATE NOT NULL
);

CREATE TABLE sites (
    site_id INTEGER PRIMARY KEY,
    feeder_id INTEGER NOT NULL REFERENCES feeders (feeder_id),
    street VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    building VARCHAR NOT NULL,
    area2 INTEGER,
    conn_kw DECIMAL(12, 2) NOT NULL,
    hp BOOLEAN,
    connected_on DATE NOT NULL,
    disc_on DATE
);

CREATE TABLE meters (
    meter_no INTEGER PRIMARY KEY,
    "serialNo" VARCHAR NOT NULL UNIQUE,
    site_id INTEGER NOT NULL REFERENCES sites (site_id),
    maker VARCHAR NOT NULL,
    smart BOOLEAN NOT NULL,
    installed_on DATE NOT NULL,
    removed_on DATE,
    calib_due DATE NOT NULL
);

CREATE TABLE readings (
    reading_id INTEGER PRIMARY KEY,
    meter_no INTEGER NOT NULL REFERENCES meters (meter_no),
    read_on DATE NOT NULL,
    method VARCHAR NOT NULL,
    kwh INTEGER NOT NULL,
    used_kwh INTEGER
);

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    full_name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    lang VARCHAR NOT NULL,
    email VARCHAR,
    phone VARCHAR,
    tax_no VARCHAR,
    registered_on DATE NOT NULL,
    left_on DATE,
    direct_debit BOOLEAN NOT NULL,
    paperless BOOLEAN,
    priority BOOLEAN NOT NULL
);

CREATE TABLE tariffs (
    tariff_code VARCHAR PRIMARY KEY,
    tariff_name VARCHAR NOT NULL,
    segment VARCHAR NOT NULL,
    pricing VARCHAR NOT NULL,
    unit_ct DECIMAL(5, 2) NOT NULL,
    standing_eur DECIMAL(12, 2) NOT NULL,
    green BOOLEAN NOT NULL,
    launched_on DATE NOT NULL,
    withdrawn_on DATE
);

CREATE TABLE contracts (
    contract_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    site_id INTEGER NOT NULL REFERENCES sites (site_id),
    tariff_code VARCHAR NOT NULL REFERENCES tariffs (tariff_code),
    prev_contract_id INTEGER REFERENCES contracts (contract_id),
    channel VARCHAR NOT NULL,
    signed_on DATE NOT NULL,
    start_on DATE NOT NULL,
    end_on DATE,
    end_reason VARCHAR,
    term_m INTEGER
);

CREATE TABLE bills (
    bill_id INTEGER PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES contracts (contract_id),
    "from" DATE NOT NULL,
    "to" DATE NOT NULL,
    issued_on DATE NOT NULL,
    due_on DATE NOT NULL,
    kwh INTEGER NOT NULL,
    amt DECIMAL(12, 2) NOT NULL,
    vat_eur DECIMAL(12, 2) NOT NULL,
    total_eur DECIMAL(12, 2) NOT NULL,
    estimated BOOLEAN NOT NULL,
    status VARCHAR NOT NULL
);

CREATE TABLE payments (
    payment_id INTEGER PRIMARY KEY,
    bill_id INTEGER NOT NULL REFERENCES bills (bill_id),
    paid_on DATE NOT NULL,
    method VARCHAR NOT NULL,
    amount_eur DECIMAL(12, 2) NOT NULL
);

CREATE TABLE technicians (
    technician_id INTEGER PRIMARY KEY,
    first_name VARCHAR NOT NULL,
    last_name VARCHAR NOT NULL,
    grade VARCHAR NOT NULL,
    depot VARCHAR NOT NULL,
    leader_id INTEGER REFERENCES technicians (technician_id),
    hv_licence_until DATE,
    hired_on DATE NOT NULL,
    left_on DATE
);

CREATE TABLE outages (
    outage_id INTEGER PRIMARY KEY,
    feeder_id INTEGER NOT NULL REFERENCES feeders (feeder_id),
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    planned BOOLEAN NOT NULL,
    cause VARCHAR,
    cust_aff INTEGER NOT NULL
);

CREATE TABLE work_orders (
    wo_no INTEGER PRIMARY KEY,
    kind VARCHAR NOT NULL,
    feeder_id INTEGER REFERENCES feeders (feeder_id),
    site_id INTEGER REFERENCES sites (site_id),
    outage_id INTEGER REFERENCES outages (outage_id),
    technician_id INTEGER REFERENCES technicians (technician_id),
    priority INTEGER NOT NULL,
    created_on DATE NOT NULL,
    due_on DATE NOT NULL,
    done_on DATE,
    status VARCHAR NOT NULL,
    labour_h DECIMAL(5, 2),
    parts_eur DECIMAL(12, 2),
    "desc" VARCHAR
);

CREATE TABLE plants (
    plant_id INTEGER PRIMARY KEY,
    plant_name VARCHAR,
    tech VARCHAR NOT NULL,
    feeder_id INTEGER NOT NULL REFERENCES feeders (feeder_id),
    site_id INTEGER REFERENCES sites (site_id),
    peak_kw DECIMAL(12, 2) NOT NULL,
    support_ct DECIMAL(5, 2),
    commissioned_on DATE NOT NULL,
    retired_on DATE
);

CREATE TABLE generation (
    plant_id INTEGER NOT NULL REFERENCES plants (plant_id),
    month DATE NOT NULL,
    produced_kwh INTEGER NOT NULL,
    curtailed_kwh INTEGER NOT NULL,
    PRIMARY KEY (plant_id, month)
);

CREATE TABLE feeder_peaks (
    feeder_id INTEGER NOT NULL REFERENCES feeders (feeder_id),
    month DATE NOT NULL,
    peak_kw INTEGER NOT NULL,
    peak_at TIMESTAMP NOT NULL,
    PRIMARY KEY (feeder_id, month)
);

CREATE TABLE weather (
    region VARCHAR NOT NULL,
    day DATE NOT NULL,
    temp_c DOUBLE NOT NULL,
    gust_kmh INTEGER,
    rain_mm DOUBLE NOT NULL,
    PRIMARY KEY (region, day)
);

CREATE TABLE spot_prices (
    price_on DATE PRIMARY KEY,
    avg_mwh DECIMAL(12, 2) NOT NULL,
    low_mwh DECIMAL(12, 2) NOT NULL,
    high_mwh DECIMAL(12, 2) NOT NULL
);

CREATE TABLE calls (
    call_id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customers (customer_id),
    called_at TIMESTAMP NOT NULL,
    topic VARCHAR NOT NULL,
    wait_s INTEGER NOT NULL,
    talk_s INTEGER,
    solved BOOLEAN,
    remark VARCHAR
);

COMMENT ON TABLE substations IS 'Places where high voltage is brought down for the feeders';
COMMENT ON COLUMN substations.kv IS 'Voltage on the high side, in kilovolt';
COMMENT ON COLUMN substations.capacity_mva IS 'Transformer capacity in megavolt-ampere';
COMMENT ON COLUMN substations.built_in IS 'Year of construction; NULL when the files are lost';
COMMENT ON COLUMN substations.decommissioned_on IS 'NULL while in service';
COMMENT ON TABLE feeders IS 'Medium-voltage lines that leave a substation';
COMMENT ON COLUMN feeders.parent_feeder_id IS 'Feeder that this one branches off; NULL when it starts at the substation itself';
COMMENT ON COLUMN feeders.line_type IS 'overhead, underground or mixed';
COMMENT ON COLUMN feeders."load" IS 'Rated capacity in kW, not what flows (see feeder_peaks)';
COMMENT ON COLUMN feeders.active IS 'True when the control room can switch the feeder remotely; says nothing about being in service, all are';
COMMENT ON TABLE sites IS 'Places with a connection to our grid, whoever supplies them';
COMMENT ON COLUMN sites.building IS 'house, flat, farm, shop, office, factory, school or hospital';
COMMENT ON COLUMN sites.area2 IS 'Floor area in square metres by the second survey, the one in use; NULL where nobody measured';
COMMENT ON COLUMN sites.conn_kw IS 'Connection power agreed, in kW';
COMMENT ON COLUMN sites.hp IS 'Heat pump on site; NULL when unknown';
COMMENT ON COLUMN sites.disc_on IS 'Day the site was cut off from the grid for good; NULL while connected';
COMMENT ON TABLE meters IS 'Electricity meters, removed ones included';
COMMENT ON COLUMN meters.smart IS 'True when it sends its readings by itself';
COMMENT ON COLUMN meters.removed_on IS 'NULL while it hangs on the wall';
COMMENT ON COLUMN meters.calib_due IS 'Day on which the calibration runs out';
COMMENT ON TABLE readings IS 'Meter readings since January 2023: monthly for smart meters, quarterly for the others';
COMMENT ON COLUMN readings.method IS 'remote, manual, customer or estimated';
COMMENT ON COLUMN readings.kwh IS 'Counter of the meter on that day, cumulative; consumption is used_kwh';
COMMENT ON COLUMN readings.used_kwh IS 'Consumption since the previous reading of this meter; NULL for its first one';
COMMENT ON TABLE customers IS 'People, companies and public bodies that buy or bought electricity from us, and some who only registered';
COMMENT ON COLUMN customers.kind IS 'household, business or public';
COMMENT ON COLUMN customers.lang IS 'Language of letters: it, sl, de or en';
COMMENT ON COLUMN customers.left_on IS 'End of the last contract of a former customer';
COMMENT ON COLUMN customers.paperless IS 'Bills by e-mail only; NULL when never asked';
COMMENT ON COLUMN customers.priority IS 'On the priority list: depends on power for medical reasons';
COMMENT ON TABLE tariffs IS 'Price plans';
COMMENT ON COLUMN tariffs.segment IS 'household, business or public';
COMMENT ON COLUMN tariffs.pricing IS 'fixed, variable or spot';
COMMENT ON COLUMN tariffs.unit_ct IS 'List price of energy in cent per kWh, before VAT';
COMMENT ON COLUMN tariffs.standing_eur IS 'Standing charge in euro a month, before VAT';
COMMENT ON COLUMN tariffs.withdrawn_on IS 'Day from which it is no longer sold; NULL while on sale';
COMMENT ON TABLE contracts IS 'Supply of one site to one customer on one tariff';
COMMENT ON COLUMN contracts.prev_contract_id IS 'Contract that this one continues for the same customer and site after a change of tariff';
COMMENT ON COLUMN contracts.channel IS 'web, phone, shop, broker or doorstep';
COMMENT ON COLUMN contracts.end_on IS 'Last day of supply; NULL while it runs';
COMMENT ON COLUMN contracts.end_reason IS 'moved, switched, tariff change, non-payment or site closed';
COMMENT ON COLUMN contracts.term_m IS 'Minimum term in months; NULL when it can be ended any day';
COMMENT ON TABLE bills IS 'Quarterly and final bills since 2023';
COMMENT ON COLUMN bills."from" IS 'First day billed';
COMMENT ON COLUMN bills."to" IS 'Last day billed';
COMMENT ON COLUMN bills.amt IS 'Net amount in euro, before VAT';
COMMENT ON COLUMN bills.total_eur IS 'Amount with VAT, what the customer has to pay';
COMMENT ON COLUMN bills.estimated IS 'True when the bill rests on an estimate of consumption';
COMMENT ON COLUMN bills.status IS 'paid, open, disputed or cancelled';
COMMENT ON TABLE payments IS 'Money received for bills';
COMMENT ON COLUMN payments.method IS 'direct debit, bank transfer, card or cash';
COMMENT ON TABLE technicians IS 'Field crew, past and present';
COMMENT ON COLUMN technicians.grade IS 'crew leader, senior, fitter or apprentice';
COMMENT ON COLUMN technicians.leader_id IS 'Crew leader; NULL for the leaders themselves';
COMMENT ON COLUMN technicians.hv_licence_until IS 'Last day of the high-voltage licence; NULL without one';
COMMENT ON TABLE outages IS 'Interruptions of supply on a feeder';
COMMENT ON COLUMN outages.ended_at IS 'NULL while the power is still off';
COMMENT ON COLUMN outages.cause IS 'storm, tree, equipment, animal, digging, vehicle or works; NULL when not found out';
COMMENT ON COLUMN outages.cust_aff IS 'Customers affected, those of other suppliers included';
COMMENT ON TABLE work_orders IS 'Jobs for the field crew';
COMMENT ON COLUMN work_orders.kind IS 'repair, inspection, tree cutting, meter exchange or new connection';
COMMENT ON COLUMN work_orders.priority IS '1 (urgent) to 4';
COMMENT ON COLUMN work_orders.status IS 'done, scheduled, open or cancelled';
COMMENT ON COLUMN work_orders.labour_h IS 'Hours worked; NULL until done';
COMMENT ON TABLE plants IS 'Renewable generators on our grid';
COMMENT ON COLUMN plants.plant_name IS 'NULL for rooftop plants of customers';
COMMENT ON COLUMN plants.tech IS 'solar, wind, hydro or biogas';
COMMENT ON COLUMN plants.site_id IS 'Site of the customer who has it; NULL for our own plants';
COMMENT ON COLUMN plants.support_ct IS 'Feed-in payment in cent per kWh; NULL without support';
COMMENT ON TABLE generation IS 'Output of plants by month';
COMMENT ON COLUMN generation.month IS 'First day of the month';
COMMENT ON COLUMN generation.curtailed_kwh IS 'Energy lost because the grid could not take it';
COMMENT ON TABLE feeder_peaks IS 'Highest flow on each feeder by month';
COMMENT ON COLUMN feeder_peaks.month IS 'First day of the month';
COMMENT ON TABLE weather IS 'Weather by region and day';
COMMENT ON COLUMN weather.gust_kmh IS 'Strongest gust; NULL when the sensor failed';
COMMENT ON TABLE spot_prices IS 'Wholesale price of electricity by day, in euro per MWh';
COMMENT ON TABLE calls IS 'Calls to customer service';
COMMENT ON COLUMN calls.customer_id IS 'NULL when the caller was not identified';
COMMENT ON COLUMN calls.wait_s IS 'Seconds in the queue';
COMMENT ON COLUMN calls.talk_s IS 'Seconds with an agent; NULL when the caller hung up before';
COMMENT ON COLUMN calls.solved IS 'Settled in that call; NULL when the caller hung up before';
