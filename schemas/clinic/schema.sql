CREATE TABLE sites (
  site_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  opened_on DATE NOT NULL,
  parking INTEGER
);
COMMENT ON TABLE sites IS 'Buildings of the clinic group';
COMMENT ON COLUMN sites.parking IS 'Parking spaces for patients; NULL where there are none of our own';

CREATE TABLE departments (
  dept_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  site_id INTEGER NOT NULL REFERENCES sites (site_id),
  kind VARCHAR NOT NULL,
  beds INTEGER,
  cost_ctr VARCHAR NOT NULL,
  opened_on DATE NOT NULL
);
COMMENT ON TABLE departments IS 'Units that treat patients';
COMMENT ON COLUMN departments.kind IS 'clinic, emergency, ward or diagnostic';
COMMENT ON COLUMN departments.beds IS 'Staffed beds; NULL for units without beds';
COMMENT ON COLUMN departments.cost_ctr IS 'Cost centre in the ledger';

CREATE TABLE providers (
  provider_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  dept_id INTEGER NOT NULL REFERENCES departments (dept_id),
  spec2 VARCHAR,
  boss_id INTEGER REFERENCES providers (provider_id),
  license_no VARCHAR NOT NULL,
  fte DECIMAL(3, 2) NOT NULL,
  "acceptsNew" BOOLEAN NOT NULL,
  hired_on DATE NOT NULL,
  left_on DATE
);
COMMENT ON TABLE providers IS 'People who treat patients: present and former';
COMMENT ON COLUMN providers.role IS 'physician, nurse practitioner, physician assistant, therapist or psychologist';
COMMENT ON COLUMN providers.spec2 IS 'Second specialty beside that of the department; NULL for most';
COMMENT ON COLUMN providers.boss_id IS 'The lead of the department; NULL for the lead';
COMMENT ON COLUMN providers.fte IS 'Contracted part of full time; 1 is full time';
COMMENT ON COLUMN providers."acceptsNew" IS 'Whether the provider takes new patients';
COMMENT ON COLUMN providers.left_on IS 'Last working day; NULL while with us';

CREATE TABLE payers (
  payer_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  contract_end DATE,
  grade INTEGER
);
COMMENT ON TABLE payers IS 'Insurers and public programs that pay claims';
COMMENT ON COLUMN payers.kind IS 'commercial, public or union';
COMMENT ON COLUMN payers.contract_end IS 'Last day of the present contract; NULL when it renews by itself';
COMMENT ON COLUMN payers.grade IS 'Billing office''s grade of how easy the payer is: 1 is the worst, 5 the best';

CREATE TABLE patients (
  patient_id INTEGER PRIMARY KEY,
  mrn VARCHAR NOT NULL UNIQUE,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  sex VARCHAR NOT NULL,
  birth_date DATE NOT NULL,
  city VARCHAR NOT NULL,
  zip VARCHAR,
  phone VARCHAR,
  email VARCHAR,
  "Lang" VARCHAR NOT NULL,
  payer_id INTEGER REFERENCES payers (payer_id),
  pcp_id INTEGER REFERENCES providers (provider_id),
  guarantor_id INTEGER REFERENCES patients (patient_id),
  registered_on DATE NOT NULL,
  deceased_on DATE
);
COMMENT ON TABLE patients IS 'Everyone with a medical record here, whether or not they ever came';
COMMENT ON COLUMN patients.mrn IS 'Medical record number';
COMMENT ON COLUMN patients.sex IS 'F, M or X';
COMMENT ON COLUMN patients."Lang" IS 'Language that the patient wants to be spoken to in';
COMMENT ON COLUMN patients.payer_id IS 'Present insurance; NULL for self-pay';
COMMENT ON COLUMN patients.pcp_id IS 'Primary care provider; NULL when none was chosen';
COMMENT ON COLUMN patients.guarantor_id IS 'The adult patient who answers for this one''s bills; NULL when the patient does';

CREATE TABLE allergies (
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  substance VARCHAR NOT NULL,
  reaction VARCHAR,
  level INTEGER NOT NULL,
  noted_on DATE NOT NULL,
  PRIMARY KEY (patient_id, substance)
);
COMMENT ON TABLE allergies IS 'Known allergies of patients';
COMMENT ON COLUMN allergies.reaction IS 'NULL when it was not recorded';
COMMENT ON COLUMN allergies.level IS '1 mild, 2 moderate, 3 severe';

CREATE TABLE appointments (
  appointment_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  provider_id INTEGER NOT NULL REFERENCES providers (provider_id),
  visit_type VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  booked_on DATE NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  duration INTEGER NOT NULL,
  status VARCHAR NOT NULL,
  cancelled_on DATE,
  cancelled_by VARCHAR,
  arrived_at TIMESTAMP,
  seen_at TIMESTAMP
);
COMMENT ON TABLE appointments IS 'Booked visits, past and coming; emergency visits and stays have none';
COMMENT ON COLUMN appointments.visit_type IS 'new, follow-up, check-up or video';
COMMENT ON COLUMN appointments.channel IS 'How it was booked: phone, portal, desk or referral';
COMMENT ON COLUMN appointments.duration IS 'Planned minutes, not how long the visit took';
COMMENT ON COLUMN appointments.status IS 'scheduled (still to come), completed, no_show or cancelled';
COMMENT ON COLUMN appointments.cancelled_by IS 'patient or clinic; NULL unless cancelled';
COMMENT ON COLUMN appointments.arrived_at IS 'Check-in (log-in for video); NULL unless completed';
COMMENT ON COLUMN appointments.seen_at IS 'When the provider began; NULL unless completed';

CREATE TABLE encounters (
  encounter_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  provider_id INTEGER NOT NULL REFERENCES providers (provider_id),
  dept_id INTEGER NOT NULL REFERENCES departments (dept_id),
  appointment_id INTEGER REFERENCES appointments (appointment_id),
  prior_id INTEGER REFERENCES encounters (encounter_id),
  enc_type VARCHAR NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  severity INTEGER,
  dispo VARCHAR,
  bp_sys INTEGER,
  bp_dia INTEGER,
  bmi DOUBLE
);
COMMENT ON TABLE encounters IS 'Treatment that took place: office and video visits, emergency visits, hospital stays';
COMMENT ON COLUMN encounters.provider_id IS 'The treating provider; for a stay the attending one';
COMMENT ON COLUMN encounters.appointment_id IS 'NULL for emergency visits and stays';
COMMENT ON COLUMN encounters.prior_id IS 'The emergency visit that led to this stay; NULL for planned stays and for everything else';
COMMENT ON COLUMN encounters.enc_type IS 'office, video, emergency or inpatient';
COMMENT ON COLUMN encounters.ended_at IS 'Discharge for stays; NULL while the patient is in the house';
COMMENT ON COLUMN encounters.severity IS 'Triage level of emergency visits: 1 is the most urgent, 5 the least; NULL for the rest';
COMMENT ON COLUMN encounters.dispo IS 'Where the patient went after an emergency visit or stay: home, admitted, left, transferred, rehab, nursing home or died';
COMMENT ON COLUMN encounters.bp_sys IS 'Upper blood pressure in mmHg; NULL when not measured';
COMMENT ON COLUMN encounters.bp_dia IS 'Lower blood pressure in mmHg; NULL when not measured';
COMMENT ON COLUMN encounters.bmi IS 'Body mass index; NULL when not measured';

CREATE TABLE diagnosis_codes (
  icd_code VARCHAR PRIMARY KEY,
  description VARCHAR NOT NULL,
  chapter VARCHAR NOT NULL,
  chronic BOOLEAN NOT NULL
);
COMMENT ON TABLE diagnosis_codes IS 'The diagnoses that our coders use';
COMMENT ON COLUMN diagnosis_codes.chapter IS 'Group of diseases by organ or cause';

CREATE TABLE diagnoses (
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  dx_no INTEGER NOT NULL,
  icd_code VARCHAR NOT NULL REFERENCES diagnosis_codes (icd_code),
  PRIMARY KEY (encounter_id, dx_no)
);
COMMENT ON TABLE diagnoses IS 'Diagnoses of each encounter';
COMMENT ON COLUMN diagnoses.dx_no IS '1 is the principal diagnosis, higher ones are secondary';

CREATE TABLE procedure_codes (
  proc_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  list_price DECIMAL(10, 2) NOT NULL,
  anesthesia BOOLEAN NOT NULL
);
COMMENT ON TABLE procedure_codes IS 'Procedures that we offer, with the price that is billed';
COMMENT ON COLUMN procedure_codes.category IS 'imaging, surgery, endoscopy, cardiac, therapy, minor or vaccination';

CREATE TABLE procedures (
  procedure_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  proc_code VARCHAR NOT NULL REFERENCES procedure_codes (proc_code),
  provider_id INTEGER NOT NULL REFERENCES providers (provider_id),
  done_on DATE NOT NULL,
  minutes INTEGER,
  complication BOOLEAN NOT NULL
);
COMMENT ON TABLE procedures IS 'Procedures done in an encounter';
COMMENT ON COLUMN procedures.provider_id IS 'Who did it; may differ from the encounter''s provider';
COMMENT ON COLUMN procedures.minutes IS 'How long it took; NULL when not timed';

CREATE TABLE drugs (
  drug_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  substance VARCHAR NOT NULL,
  drug_class VARCHAR NOT NULL,
  form VARCHAR NOT NULL,
  cost_per_day DECIMAL(10, 2) NOT NULL,
  controlled BOOLEAN NOT NULL
);
COMMENT ON TABLE drugs IS 'The formulary: drugs that our providers may prescribe';
COMMENT ON COLUMN drugs.name IS 'Name on the package with its strength';
COMMENT ON COLUMN drugs.controlled IS 'Needs a special prescription by law';

CREATE TABLE prescriptions (
  rx_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  drug_id INTEGER NOT NULL REFERENCES drugs (drug_id),
  "start" DATE NOT NULL,
  "end" DATE,
  refills INTEGER NOT NULL,
  stop_reason VARCHAR
);
COMMENT ON TABLE prescriptions IS 'Drugs prescribed in an encounter';
COMMENT ON COLUMN prescriptions."end" IS 'Last day of treatment; NULL when it is meant to go on';
COMMENT ON COLUMN prescriptions.stop_reason IS 'Why it was stopped before its time: side effect, no effect or patient wish; NULL when it was not';

CREATE TABLE lab_tests (
  test_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  panel VARCHAR NOT NULL,
  unit VARCHAR NOT NULL,
  ref_low DOUBLE,
  ref_high DOUBLE,
  tat INTEGER NOT NULL,
  price_usd DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE lab_tests IS 'Laboratory tests on offer';
COMMENT ON COLUMN lab_tests.ref_low IS 'Lower end of normal; NULL when low values are fine';
COMMENT ON COLUMN lab_tests.ref_high IS 'Upper end of normal; NULL when high values are fine';
COMMENT ON COLUMN lab_tests.tat IS 'Hours within which the laboratory promises a result; not how long it took';

CREATE TABLE lab_results (
  result_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  test_code VARCHAR NOT NULL REFERENCES lab_tests (test_code),
  ordered_at TIMESTAMP NOT NULL,
  resulted_at TIMESTAMP,
  status VARCHAR NOT NULL,
  val DOUBLE,
  flag VARCHAR
);
COMMENT ON TABLE lab_results IS 'Laboratory tests ordered in an encounter, and what came of them';
COMMENT ON COLUMN lab_results.status IS 'final, pending, or rejected (the sample could not be used)';
COMMENT ON COLUMN lab_results.val IS 'Measured value in the unit of the test; NULL unless final';
COMMENT ON COLUMN lab_results.flag IS 'L below normal, H above normal, C critical; NULL when normal or without a value';

CREATE TABLE referrals (
  referral_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  "from" INTEGER NOT NULL REFERENCES providers (provider_id),
  "to" INTEGER NOT NULL REFERENCES departments (dept_id),
  referred_on DATE NOT NULL,
  urgent BOOLEAN NOT NULL,
  appointment_id INTEGER REFERENCES appointments (appointment_id)
);
COMMENT ON TABLE referrals IS 'Referrals from one of our providers to another department';
COMMENT ON COLUMN referrals.encounter_id IS 'Encounter in which the referral was written';
COMMENT ON COLUMN referrals."from" IS 'Provider who referred';
COMMENT ON COLUMN referrals."to" IS 'Department that shall see the patient';
COMMENT ON COLUMN referrals.appointment_id IS 'Appointment that came of it; NULL when none was ever booked';

CREATE TABLE claims (
  claim_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL REFERENCES encounters (encounter_id),
  payer_id INTEGER NOT NULL REFERENCES payers (payer_id),
  orig_id INTEGER REFERENCES claims (claim_id),
  date DATE NOT NULL,
  billed_usd DECIMAL(10, 2) NOT NULL,
  status VARCHAR NOT NULL,
  decided_on DATE,
  amt2 DECIMAL(10, 2),
  paid_usd DECIMAL(10, 2),
  denial_reason VARCHAR
);
COMMENT ON TABLE claims IS 'Bills sent to payers for encounters; self-pay encounters have none';
COMMENT ON COLUMN claims.payer_id IS 'Payer that the claim went to, which may differ from the patient''s present insurance';
COMMENT ON COLUMN claims.orig_id IS 'The denied claim that this one corrects; NULL for a first claim';
COMMENT ON COLUMN claims.date IS 'Day the claim was sent; not the day of treatment';
COMMENT ON COLUMN claims.status IS 'open, paid or denied';
COMMENT ON COLUMN claims.decided_on IS 'NULL while open';
COMMENT ON COLUMN claims.amt2 IS 'Amount that the payer allows under the contract, in USD; NULL unless paid';
COMMENT ON COLUMN claims.paid_usd IS 'What the payer paid; the patient owes the rest of the allowed amount; NULL unless paid';
COMMENT ON COLUMN claims.denial_reason IS 'NULL unless denied';

CREATE TABLE surveys (
  survey_id INTEGER PRIMARY KEY,
  encounter_id INTEGER NOT NULL UNIQUE REFERENCES encounters (encounter_id),
  answered_on DATE NOT NULL,
  score INTEGER NOT NULL,
  remark VARCHAR
);
COMMENT ON TABLE surveys IS 'Answers of patients asked whether they would recommend us';
COMMENT ON COLUMN surveys.score IS '0 (not at all likely to recommend) to 10';
COMMENT ON COLUMN surveys.remark IS 'Free text; NULL when none was given';
