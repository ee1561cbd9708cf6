CREATE TABLE branches (
    branch_id INTEGER PRIMARY KEY,
    branch_name VARCHAR NOT NULL,
    city VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    shut_on DATE,
    closed BOOLEAN NOT NULL,
    desks INTEGER
);

CREATE TABLE employees (
    emp_no INTEGER PRIMARY KEY,
    first_name VARCHAR NOT NULL,
    last_name VARCHAR NOT NULL,
    job_title VARCHAR NOT NULL,
    branch_id INTEGER REFERENCES branches (branch_id),
    reports_to INTEGER,
    hired_on DATE NOT NULL,
    left_on DATE,
    salary_eur DECIMAL(14, 2) NOT NULL,
    fte DOUBLE NOT NULL
);

CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    full_name VARCHAR NOT NULL,
    segment VARCHAR NOT NULL,
    birth_date DATE,
    city VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    email VARCHAR,
    phone VARCHAR,
    tax_no VARCHAR,
    joined_on DATE NOT NULL,
    left_on DATE,
    home_branch_id INTEGER NOT NULL REFERENCES branches (branch_id),
    advisor_emp_no INTEGER REFERENCES employees (emp_no),
    kyc_status VARCHAR NOT NULL,
    kyc_due_on DATE,
    rating2 INTEGER,
    marketing_ok BOOLEAN
);

CREATE TABLE products (
    product_code VARCHAR PRIMARY KEY,
    product_name VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    rate_pct DECIMAL(5, 2) NOT NULL,
    monthly_fee_eur DECIMAL(14, 2) NOT NULL,
    launched_on DATE NOT NULL,
    on_sale BOOLEAN NOT NULL
);

CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY,
    iban VARCHAR NOT NULL UNIQUE,
    product_code VARCHAR NOT NULL REFERENCES products (product_code),
    branch_id INTEGER NOT NULL REFERENCES branches (branch_id),
    ccy VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    closed_on DATE,
    status VARCHAR NOT NULL,
    od_limit DECIMAL(14, 2),
    opening_bal DECIMAL(14, 2) NOT NULL,
    balance DECIMAL(14, 2) NOT NULL
);

CREATE TABLE acct_holders (
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    role VARCHAR NOT NULL,
    since DATE NOT NULL,
    PRIMARY KEY (account_id, customer_id)
);

CREATE TABLE cards (
    card_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    kind VARCHAR NOT NULL,
    network VARCHAR NOT NULL,
    issued_on DATE NOT NULL,
    "ExpiryDate" DATE NOT NULL,
    "limit" DECIMAL(14, 2),
    blocked_on DATE,
    block_reason VARCHAR,
    contactless BOOLEAN NOT NULL
);

CREATE TABLE merchants (
    merchant_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    name2 VARCHAR,
    mcc INTEGER NOT NULL,
    category VARCHAR NOT NULL,
    city VARCHAR,
    country VARCHAR NOT NULL,
    "isOnline" BOOLEAN NOT NULL
);

CREATE TABLE transactions (
    txn_id BIGINT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    card_id INTEGER REFERENCES cards (card_id),
    merchant_id INTEGER REFERENCES merchants (merchant_id),
    booked_at TIMESTAMP NOT NULL,
    type VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    amount DECIMAL(14, 2) NOT NULL,
    amount_eur DECIMAL(14, 2) NOT NULL,
    status VARCHAR NOT NULL,
    memo VARCHAR
);

CREATE TABLE fraud_alerts (
    alert_id INTEGER PRIMARY KEY,
    txn_id BIGINT NOT NULL REFERENCES transactions (txn_id),
    raised_at TIMESTAMP NOT NULL,
    rule_code VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    outcome VARCHAR,
    analyst_emp_no INTEGER REFERENCES employees (emp_no),
    closed_at TIMESTAMP,
    loss_eur DECIMAL(14, 2),
    recovered_eur DECIMAL(14, 2)
);

CREATE TABLE loan_applications (
    app_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    loan_type VARCHAR NOT NULL,
    requested_eur DECIMAL(14, 2) NOT NULL,
    channel VARCHAR NOT NULL,
    applied_on DATE NOT NULL,
    decision VARCHAR,
    decided_on DATE,
    officer_emp_no INTEGER REFERENCES employees (emp_no),
    reject_reason VARCHAR
);

CREATE TABLE loans (
    loan_id INTEGER PRIMARY KEY,
    app_id INTEGER REFERENCES loan_applications (app_id),
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    loan_type VARCHAR NOT NULL,
    principal_eur DECIMAL(14, 2) NOT NULL,
    rate_pct DECIMAL(5, 2) NOT NULL,
    term_m INTEGER NOT NULL,
    drawn_on DATE NOT NULL,
    status VARCHAR NOT NULL,
    outstanding_eur DECIMAL(14, 2) NOT NULL,
    written_off_eur DECIMAL(14, 2)
);

CREATE TABLE loan_payments (
    loan_id INTEGER NOT NULL REFERENCES loans (loan_id),
    instalment_no INTEGER NOT NULL,
    due_on DATE NOT NULL,
    due_eur DECIMAL(14, 2) NOT NULL,
    interest_eur DECIMAL(14, 2) NOT NULL,
    paid_on DATE,
    paid_eur DECIMAL(14, 2),
    PRIMARY KEY (loan_id, instalment_no)
);

CREATE TABLE collateral (
    collateral_id INTEGER PRIMARY KEY,
    loan_id INTEGER NOT NULL REFERENCES loans (loan_id),
    kind VARCHAR NOT NULL,
    value_eur DECIMAL(14, 2) NOT NULL,
    valued_on DATE NOT NULL
);

CREATE TABLE standing_orders (
    so_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    payee VARCHAR NOT NULL,
    amount DECIMAL(14, 2) NOT NULL,
    frequency VARCHAR NOT NULL,
    first_on DATE NOT NULL,
    last_on DATE,
    paused BOOLEAN NOT NULL
);

CREATE TABLE complaints (
    complaint_no INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    branch_id INTEGER REFERENCES branches (branch_id),
    topic VARCHAR NOT NULL,
    received_on DATE NOT NULL,
    resolved_on DATE,
    upheld BOOLEAN,
    compensation_eur DECIMAL(14, 2),
    "desc" VARCHAR
);

CREATE TABLE qtr_balances (
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    qtr_end DATE NOT NULL,
    balance_eur DECIMAL(14, 2) NOT NULL,
    PRIMARY KEY (account_id, qtr_end)
);

CREATE TABLE fx_rates (
    rate_on DATE NOT NULL,
    ccy VARCHAR NOT NULL,
    eur_rate DOUBLE NOT NULL,
    PRIMARY KEY (rate_on, ccy)
);

COMMENT ON TABLE branches IS 'Places where the bank serves customers, shut ones included';
COMMENT ON COLUMN branches.kind IS 'flagship, standard or kiosk';
COMMENT ON COLUMN branches.shut_on IS 'Day the branch shut for good; NULL while it operates';
COMMENT ON COLUMN branches.closed IS 'True when the branch does not open on Saturdays; says nothing about having shut for good (see shut_on)';
COMMENT ON TABLE employees IS 'Staff, past and present';
COMMENT ON COLUMN employees.branch_id IS 'NULL for head office';
COMMENT ON COLUMN employees.reports_to IS 'emp_no of the line manager; NULL at the top';
COMMENT ON COLUMN employees.left_on IS 'NULL for current staff';
COMMENT ON COLUMN employees.fte IS 'Share of a full-time week, 1.0 is full time';
COMMENT ON TABLE customers IS 'People and companies that bank or banked with us';
COMMENT ON COLUMN customers.segment IS 'mass, affluent, private, sme or corporate; the last two are companies';
COMMENT ON COLUMN customers.birth_date IS 'NULL for companies';
COMMENT ON COLUMN customers.left_on IS 'Day the relationship ended; NULL for current customers';
COMMENT ON COLUMN customers.advisor_emp_no IS 'Personal advisor; NULL when none is assigned';
COMMENT ON COLUMN customers.kyc_status IS 'verified, pending or expired';
COMMENT ON COLUMN customers.kyc_due_on IS 'Next identity review';
COMMENT ON COLUMN customers.rating2 IS 'Risk rating in use, 1 (safest) to 5 (riskiest); the first rating was retired; NULL when not rated';
COMMENT ON COLUMN customers.marketing_ok IS 'Consent to marketing; NULL when never asked';
COMMENT ON TABLE products IS 'Account products';
COMMENT ON COLUMN products.family IS 'current, savings, term deposit or business';
COMMENT ON COLUMN products.rate_pct IS 'Credit interest a year, percent';
COMMENT ON TABLE accounts IS 'Deposit and current accounts; loans are kept in loans';
COMMENT ON COLUMN accounts.status IS 'open, dormant, frozen or closed';
COMMENT ON COLUMN accounts.ccy IS 'ISO currency of the account';
COMMENT ON COLUMN accounts.od_limit IS 'Arranged overdraft; NULL where none';
COMMENT ON COLUMN accounts.opening_bal IS 'Balance carried in on 2023-01-01, or first deposit of later accounts, in account currency';
COMMENT ON COLUMN accounts.balance IS 'Balance today in the currency of the account (ccy), not always euro';
COMMENT ON TABLE acct_holders IS 'Who holds which account';
COMMENT ON COLUMN acct_holders.role IS 'owner, joint or authorised';
COMMENT ON TABLE cards IS 'Payment cards issued on accounts';
COMMENT ON COLUMN cards.kind IS 'debit, credit or prepaid';
COMMENT ON COLUMN cards."limit" IS 'Monthly credit limit in euro; credit cards only';
COMMENT ON COLUMN cards.blocked_on IS 'NULL unless the card was blocked';
COMMENT ON TABLE merchants IS 'Shops and services where cards are used';
COMMENT ON COLUMN merchants.name2 IS 'Trading name on card statements where it differs';
COMMENT ON COLUMN merchants.mcc IS 'Merchant category code of the card networks';
COMMENT ON TABLE transactions IS 'Money in and out of accounts since 2023-01-01';
COMMENT ON COLUMN transactions.type IS 'card_payment, atm_withdrawal, transfer_in, transfer_out, direct_debit, salary, fee or interest';
COMMENT ON COLUMN transactions.amount IS 'In account currency; negative is money out';
COMMENT ON COLUMN transactions.amount_eur IS 'amount in euro at the rate of the day; negative is money out';
COMMENT ON COLUMN transactions.status IS 'booked, pending, declined or reversed; only booked ones moved money for good';
COMMENT ON TABLE fraud_alerts IS 'Transactions that the fraud rules flagged';
COMMENT ON COLUMN fraud_alerts.score IS 'Model score, 0 to 1';
COMMENT ON COLUMN fraud_alerts.outcome IS 'confirmed or false_positive; NULL while open';
COMMENT ON COLUMN fraud_alerts.loss_eur IS 'Gross loss of confirmed fraud';
COMMENT ON TABLE loan_applications IS 'Requests for credit since 2023';
COMMENT ON COLUMN loan_applications.decision IS 'approved, rejected or withdrawn; NULL while pending';
COMMENT ON TABLE loans IS 'Credit paid out';
COMMENT ON COLUMN loans.app_id IS 'NULL for loans carried over from the system used before 2023';
COMMENT ON COLUMN loans.term_m IS 'Term in months';
COMMENT ON COLUMN loans.status IS 'active, repaid or defaulted';
COMMENT ON COLUMN loans.outstanding_eur IS 'Principal still owed today';
COMMENT ON TABLE loan_payments IS 'Instalments due from January 2023 to March 2026';
COMMENT ON COLUMN loan_payments.interest_eur IS 'Part of due_eur that is interest';
COMMENT ON COLUMN loan_payments.paid_on IS 'NULL while unpaid';
COMMENT ON TABLE collateral IS 'What secures a loan';
COMMENT ON TABLE standing_orders IS 'Regular payments that customers set up';
COMMENT ON COLUMN standing_orders.last_on IS 'NULL when open-ended';
COMMENT ON TABLE complaints IS 'Complaints received';
COMMENT ON COLUMN complaints.branch_id IS 'NULL when no branch was involved';
COMMENT ON COLUMN complaints.upheld IS 'Found justified; NULL while unresolved';
COMMENT ON COLUMN complaints."desc" IS 'What the customer wrote';
COMMENT ON TABLE qtr_balances IS 'Account balances at quarter end, in euro';
COMMENT ON TABLE fx_rates IS 'Exchange rates on working days';
COMMENT ON COLUMN fx_rates.eur_rate IS 'Euro for one unit of ccy';
