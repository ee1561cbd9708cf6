CREATE TABLE plans (
  plan_code VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  tier INTEGER NOT NULL,
  seat_eur DECIMAL(10, 2),
  yearly_disc_pct INTEGER,
  api_incl INTEGER,
  storage_incl_gb INTEGER,
  launched_on DATE NOT NULL,
  retired_on DATE
);
COMMENT ON TABLE plans IS 'Price plans; the free plan needs no subscription';
COMMENT ON COLUMN plans.tier IS '0 free, 1 entry, 2 team, 3 business, 4 enterprise';
COMMENT ON COLUMN plans.seat_eur IS 'List price of one seat a month; NULL when negotiated';
COMMENT ON COLUMN plans.yearly_disc_pct IS 'Percent off the list price for paying yearly; NULL where yearly is not offered';
COMMENT ON COLUMN plans.api_incl IS 'Thousand API calls included a month; NULL is unlimited';
COMMENT ON COLUMN plans.retired_on IS 'Last day of sale; those who have the plan keep it';

CREATE TABLE staff (
  staff_id INTEGER PRIMARY KEY,
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  team VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  lead_id INTEGER REFERENCES staff (staff_id),
  started_on DATE NOT NULL,
  ended_on DATE
);
COMMENT ON TABLE staff IS 'Our own people, past and present';
COMMENT ON COLUMN staff.lead_id IS 'Team lead; NULL for the chief executive';
COMMENT ON COLUMN staff.ended_on IS 'Last working day; NULL while employed';

CREATE TABLE accounts (
  account_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  industry VARCHAR,
  size_band VARCHAR NOT NULL,
  emp_cnt INTEGER,
  source VARCHAR NOT NULL,
  signed_up_on DATE NOT NULL,
  parent_id INTEGER REFERENCES accounts (account_id),
  csm_id INTEGER REFERENCES staff (staff_id),
  health INTEGER,
  billing_email VARCHAR,
  vat_no VARCHAR,
  deleted_on DATE
);
COMMENT ON TABLE accounts IS 'Customer organisations, on the free plan too';
COMMENT ON COLUMN accounts.size_band IS '1-10, 11-50, 51-250, 251-1000 or 1000+ employees';
COMMENT ON COLUMN accounts.emp_cnt IS 'Employees of the organisation as researched, not users; NULL when unknown';
COMMENT ON COLUMN accounts.source IS 'How they came: organic, ads, partner, referral, outbound or event';
COMMENT ON COLUMN accounts.parent_id IS 'Account of the parent company';
COMMENT ON COLUMN accounts.csm_id IS 'Customer success manager; NULL when self-served';
COMMENT ON COLUMN accounts.health IS 'Health score today, 0 bad to 100 good; NULL when not paying';
COMMENT ON COLUMN accounts.deleted_on IS 'Day the account and its data were deleted; NULL while it exists';

CREATE TABLE users (
  user_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  first_name VARCHAR NOT NULL,
  last_name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  invited_by INTEGER REFERENCES users (user_id),
  created_at TIMESTAMP NOT NULL,
  "lastSeenAt" TIMESTAMP,
  active BOOLEAN NOT NULL,
  mfa BOOLEAN NOT NULL,
  locale VARCHAR,
  deactivated_on DATE
);
COMMENT ON TABLE users IS 'People with a login';
COMMENT ON COLUMN users.role IS 'owner (one an account), admin, member or guest';
COMMENT ON COLUMN users."lastSeenAt" IS 'Latest use of the product; NULL when never logged in';
COMMENT ON COLUMN users.active IS 'E-mail address confirmed; says nothing about use';
COMMENT ON COLUMN users.mfa IS 'Two-factor login switched on';

CREATE TABLE subscriptions (
  sub_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  plan_code VARCHAR NOT NULL REFERENCES plans (plan_code),
  "interval" VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  started_on DATE NOT NULL,
  trial_ends_on DATE,
  paid_from DATE,
  ended_on DATE,
  end_reason VARCHAR,
  churn_reason VARCHAR,
  seats INTEGER NOT NULL,
  disc_pct INTEGER NOT NULL,
  mrr_eur DECIMAL(10, 2),
  sold_by INTEGER REFERENCES staff (staff_id)
);
COMMENT ON TABLE subscriptions IS 'One stretch of an account on one plan with one number of seats; a change ends it and starts the next';
COMMENT ON COLUMN subscriptions."interval" IS 'monthly or yearly billing';
COMMENT ON COLUMN subscriptions.status IS 'trialing, active, past_due or ended';
COMMENT ON COLUMN subscriptions.trial_ends_on IS 'NULL when it began without a trial';
COMMENT ON COLUMN subscriptions.paid_from IS 'First paid day; NULL when it never was or is not yet paid';
COMMENT ON COLUMN subscriptions.ended_on IS 'First day it no longer ran; NULL while it runs';
COMMENT ON COLUMN subscriptions.end_reason IS 'upgrade, downgrade, seat change, churn or trial lapsed';
COMMENT ON COLUMN subscriptions.churn_reason IS 'What the customer said when leaving; NULL when nothing';
COMMENT ON COLUMN subscriptions.disc_pct IS 'Negotiated discount in percent; 0 for none';
COMMENT ON COLUMN subscriptions.mrr_eur IS 'Net price a month, yearly ones at a twelfth; NULL when never paid';
COMMENT ON COLUMN subscriptions.sold_by IS 'Salesperson; NULL for self-service';

CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  sub_id INTEGER NOT NULL REFERENCES subscriptions (sub_id),
  issued_on DATE NOT NULL,
  due_on DATE NOT NULL,
  paid_on DATE,
  status VARCHAR NOT NULL,
  ccy VARCHAR NOT NULL,
  net_eur DECIMAL(10, 2) NOT NULL,
  vat_eur DECIMAL(10, 2) NOT NULL,
  total_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON COLUMN invoices.status IS 'paid, open, void or written_off';
COMMENT ON COLUMN invoices.ccy IS 'Currency the customer sees; all amounts here are euro';
COMMENT ON COLUMN invoices.net_eur IS 'Sum of the lines, before VAT';

CREATE TABLE invoice_lines (
  invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
  line_no INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  qty INTEGER NOT NULL,
  unit_eur DECIMAL(10, 2) NOT NULL,
  amount_eur DECIMAL(10, 2) NOT NULL,
  PRIMARY KEY (invoice_id, line_no)
);
COMMENT ON COLUMN invoice_lines.kind IS 'seats, discount, overage, onboarding or credit';
COMMENT ON COLUMN invoice_lines.amount_eur IS 'qty times unit price, net of VAT; negative for discount and credit';

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
  tried_at TIMESTAMP NOT NULL,
  method VARCHAR NOT NULL,
  outcome VARCHAR NOT NULL,
  fail_code VARCHAR,
  amount_eur DECIMAL(10, 2) NOT NULL
);
COMMENT ON TABLE payments IS 'Every attempt to collect an invoice, failed ones too';
COMMENT ON COLUMN payments.method IS 'card, sepa, wire or paypal';
COMMENT ON COLUMN payments.outcome IS 'succeeded, failed or refunded';

CREATE TABLE features (
  feature_key VARCHAR PRIMARY KEY,
  name VARCHAR NOT NULL,
  module VARCHAR NOT NULL,
  min_tier INTEGER NOT NULL,
  released_on DATE NOT NULL,
  is_beta BOOLEAN NOT NULL
);
COMMENT ON COLUMN features.min_tier IS 'Lowest plan tier that has the feature; 0 for all';

CREATE TABLE events (
  event_id BIGINT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (user_id),
  feature_key VARCHAR NOT NULL REFERENCES features (feature_key),
  occurred_at TIMESTAMP NOT NULL,
  platform VARCHAR NOT NULL,
  dur_s INTEGER
);
COMMENT ON TABLE events IS 'Use of a feature by a user';
COMMENT ON COLUMN events.platform IS 'web, desktop, ios, android or api';
COMMENT ON COLUMN events.dur_s IS 'Seconds of use; NULL for the api';

CREATE TABLE usage_monthly (
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  "month" DATE NOT NULL,
  metric VARCHAR NOT NULL,
  used INTEGER NOT NULL,
  used2 INTEGER,
  incl INTEGER,
  PRIMARY KEY (account_id, "month", metric)
);
COMMENT ON TABLE usage_monthly IS 'Metered use of paying accounts';
COMMENT ON COLUMN usage_monthly."month" IS 'First day of the month';
COMMENT ON COLUMN usage_monthly.metric IS 'api_calls (thousands) or storage_gb';
COMMENT ON COLUMN usage_monthly.used2 IS 'Part of used that came from partner integrations; NULL for storage';
COMMENT ON COLUMN usage_monthly.incl IS 'Included in the plan; NULL is unlimited';

CREATE TABLE flags (
  flag_key VARCHAR PRIMARY KEY,
  feature_key VARCHAR REFERENCES features (feature_key),
  owner_id INTEGER NOT NULL REFERENCES staff (staff_id),
  created_on DATE NOT NULL,
  rollout_pct INTEGER NOT NULL,
  removed_on DATE
);
COMMENT ON TABLE flags IS 'Feature flags: switches in the code';
COMMENT ON COLUMN flags.rollout_pct IS 'Percent of accounts that get it without an override';
COMMENT ON COLUMN flags.removed_on IS 'Day the flag left the code; NULL while it is there';

CREATE TABLE flag_overrides (
  flag_key VARCHAR NOT NULL REFERENCES flags (flag_key),
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  enabled BOOLEAN NOT NULL,
  set_on DATE NOT NULL,
  PRIMARY KEY (flag_key, account_id)
);
COMMENT ON TABLE flag_overrides IS 'A flag forced on or off for one account';

CREATE TABLE experiments (
  exp_id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  flag_key VARCHAR REFERENCES flags (flag_key),
  owner_id INTEGER NOT NULL REFERENCES staff (staff_id),
  goal VARCHAR NOT NULL,
  started_on DATE NOT NULL,
  ended_on DATE,
  decision VARCHAR
);
COMMENT ON TABLE experiments IS 'A/B tests on users';
COMMENT ON COLUMN experiments.goal IS 'What counts as a conversion: activation, upgrade, invite or retention';
COMMENT ON COLUMN experiments.decision IS 'ship, drop or inconclusive; NULL while it runs';

CREATE TABLE exposures (
  exp_id INTEGER NOT NULL REFERENCES experiments (exp_id),
  user_id INTEGER NOT NULL REFERENCES users (user_id),
  variant VARCHAR NOT NULL,
  exposed_at TIMESTAMP NOT NULL,
  converted_at TIMESTAMP,
  PRIMARY KEY (exp_id, user_id)
);
COMMENT ON TABLE exposures IS 'Which user saw which variant of an experiment';
COMMENT ON COLUMN exposures.variant IS 'control, A or B';
COMMENT ON COLUMN exposures.converted_at IS 'When the user reached the goal; NULL when not';

CREATE TABLE incidents (
  incident_id INTEGER PRIMARY KEY,
  component VARCHAR NOT NULL,
  sev INTEGER NOT NULL,
  started_at TIMESTAMP NOT NULL,
  resolved_at TIMESTAMP,
  root_cause VARCHAR,
  postmortem BOOLEAN NOT NULL
);
COMMENT ON TABLE incidents IS 'Disturbances of the service';
COMMENT ON COLUMN incidents.sev IS '1 is the worst, 3 the mildest';
COMMENT ON COLUMN incidents.root_cause IS 'deploy, capacity, third party, configuration or human error; NULL when not found';

CREATE TABLE tickets (
  ticket_id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (user_id),
  opened_at TIMESTAMP NOT NULL,
  prio VARCHAR NOT NULL,
  topic VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  assignee_id INTEGER REFERENCES staff (staff_id),
  incident_id INTEGER REFERENCES incidents (incident_id),
  first_reply_at TIMESTAMP,
  closed_at TIMESTAMP,
  reopens INTEGER NOT NULL,
  csat INTEGER
);
COMMENT ON TABLE tickets IS 'Support requests';
COMMENT ON COLUMN tickets.prio IS 'P1 (most urgent) to P4';
COMMENT ON COLUMN tickets.status IS 'new, open, waiting or solved';
COMMENT ON COLUMN tickets.assignee_id IS 'Support agent; NULL when nobody has taken it';
COMMENT ON COLUMN tickets.incident_id IS 'Incident that caused it, if any';
COMMENT ON COLUMN tickets.csat IS 'Satisfaction with the answer, 1 to 5; NULL when not rated';

CREATE TABLE nps_surveys (
  survey_id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (user_id),
  sent_on DATE NOT NULL,
  answered_on DATE,
  score INTEGER,
  remark VARCHAR
);
COMMENT ON TABLE nps_surveys IS 'Quarterly question how likely a user is to recommend us';
COMMENT ON COLUMN nps_surveys.score IS '0 to 10; NULL when not answered';
