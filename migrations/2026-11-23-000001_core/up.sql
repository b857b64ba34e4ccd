CREATE TABLE organisations (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    slug TEXT NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{1,64}$'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    email TEXT NOT NULL CHECK (email LIKE '%@%'),
    display_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'ANALYST', 'VIEWER')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE INDEX users_organisation ON users (organisation_id);

-- The organisation and the user of a server that nobody has configured yet.
INSERT INTO organisations (id, name, slug)
VALUES ('00000000-0000-7000-8000-000000000001', 'Default', 'default');
INSERT INTO users (id, organisation_id, email, display_name, role)
VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'owner@localhost', 'Owner', 'OWNER');

CREATE TABLE batches (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    created_by UUID REFERENCES users (id) ON DELETE SET NULL,
    name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    status TEXT NOT NULL DEFAULT 'PENDING'
        CHECK (status IN ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    marketplace TEXT NOT NULL CHECK (marketplace ~ '^[A-Z]{2}$'),
    source TEXT CHECK (source IN ('KEEPA', 'RECORDED', 'GENERATED')),
    configuration JSONB NOT NULL,
    total_items INTEGER NOT NULL CHECK (total_items >= 0),
    analysed_items INTEGER NOT NULL DEFAULT 0 CHECK (analysed_items >= 0),
    failed_items INTEGER NOT NULL DEFAULT 0 CHECK (failed_items >= 0),
    rejected_items INTEGER NOT NULL DEFAULT 0 CHECK (rejected_items >= 0),
    cancelled_items INTEGER NOT NULL DEFAULT 0 CHECK (cancelled_items >= 0),
    last_sequence INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    CHECK (analysed_items + failed_items + rejected_items + cancelled_items <= total_items),
    CHECK ((status IN ('COMPLETED', 'FAILED', 'CANCELLED')) = (finished_at IS NOT NULL))
);
CREATE INDEX batches_page ON batches (organisation_id, id DESC);
CREATE INDEX batches_status_page ON batches (organisation_id, status, id DESC);
CREATE INDEX batches_created_by ON batches (created_by);

CREATE TABLE products (
    asin TEXT NOT NULL CHECK (asin ~ '^[A-Z0-9]{10}$'),
    marketplace TEXT NOT NULL CHECK (marketplace ~ '^[A-Z]{2}$'),
    title TEXT,
    author TEXT,
    latest_snapshot_id UUID NOT NULL,
    latest_fetched_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (asin, marketplace)
);

-- Content is the market snapshot as JSON, deflated by the application.
CREATE TABLE product_snapshots (
    id UUID PRIMARY KEY,
    asin TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('KEEPA', 'RECORDED', 'GENERATED')),
    fetched_at TIMESTAMPTZ NOT NULL,
    content BYTEA NOT NULL
);
ALTER TABLE product_snapshots ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX product_snapshots_history ON product_snapshots (asin, marketplace, fetched_at DESC);
ALTER TABLE product_snapshots ADD FOREIGN KEY (asin, marketplace)
    REFERENCES products (asin, marketplace) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE products ADD FOREIGN KEY (latest_snapshot_id)
    REFERENCES product_snapshots (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX products_latest_snapshot ON products (latest_snapshot_id);

-- The codes (EAN, ISBN-13, UPC) by which a product was found.
CREATE TABLE product_codes (
    code TEXT NOT NULL CHECK (code ~ '^[0-9]{13}$'),
    marketplace TEXT NOT NULL,
    asin TEXT NOT NULL,
    PRIMARY KEY (code, marketplace),
    FOREIGN KEY (asin, marketplace) REFERENCES products (asin, marketplace) ON DELETE CASCADE
);
CREATE INDEX product_codes_product ON product_codes (asin, marketplace);

-- The place in a ranking as one number, highest first: what is recommended comes before what is not, whatever the order, and an unknown
-- value after every known one. Steps of 2^56 part the kinds, values are held within 2^55.
CREATE FUNCTION rank_key(recommendation TEXT, value BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE
RETURN CASE recommendation
           WHEN 'STRONG_BUY' THEN 4 WHEN 'BUY' THEN 4 WHEN 'CONSIDER' THEN 3 WHEN 'PASS' THEN 2 WHEN 'AVOID' THEN 1 ELSE 0
       END * 72057594037927936
       -- greatest and least pass over NULL.
       + CASE WHEN value IS NULL THEN -36028797018963968 ELSE greatest(least(value, 36028797018963967), -36028797018963967) END;

CREATE TABLE analyses (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    batch_id UUID REFERENCES batches (id) ON DELETE CASCADE,
    position INTEGER,
    snapshot_id UUID REFERENCES product_snapshots (id) ON DELETE SET NULL,
    asin TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    title TEXT,
    source TEXT NOT NULL CHECK (source IN ('KEEPA', 'RECORDED', 'GENERATED')),
    engine_version SMALLINT NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    buy_price_minor BIGINT CHECK (buy_price_minor >= 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    condition TEXT NOT NULL,
    fulfilment TEXT NOT NULL,
    sale_price_low_minor BIGINT,
    sale_price_minor BIGINT,
    sale_price_high_minor BIGINT,
    fees_minor BIGINT,
    profit_minor BIGINT,
    roi_bp BIGINT,
    max_buy_price_minor BIGINT,
    days_to_sell INTEGER,
    velocity SMALLINT CHECK (velocity BETWEEN 0 AND 100),
    stability SMALLINT CHECK (stability BETWEEN 0 AND 100),
    confidence SMALLINT CHECK (confidence BETWEEN 0 AND 100),
    combined SMALLINT CHECK (combined BETWEEN 0 AND 100),
    opportunity BIGINT,
    rating TEXT CHECK (rating IN ('PASS', 'FAIR', 'GOOD', 'EXCELLENT')),
    recommendation TEXT NOT NULL
        CHECK (recommendation IN ('INSUFFICIENT_DATA', 'AVOID', 'PASS', 'CONSIDER', 'BUY', 'STRONG_BUY')),
    main_reason TEXT NOT NULL,
    flags TEXT[] NOT NULL,
    -- The row as lists show it, and the whole analysis: JSON that is copied into answers as it stands.
    summary TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- A row comparison cannot page over NULLs.
    roi_sort BIGINT NOT NULL GENERATED ALWAYS AS (rank_key(recommendation, roi_bp)) STORED,
    profit_sort BIGINT NOT NULL GENERATED ALWAYS AS (rank_key(recommendation, profit_minor)) STORED,
    opportunity_sort BIGINT NOT NULL GENERATED ALWAYS AS (rank_key(recommendation, opportunity)) STORED,
    velocity_sort BIGINT NOT NULL GENERATED ALWAYS AS (rank_key(recommendation, velocity)) STORED,
    combined_sort BIGINT NOT NULL GENERATED ALWAYS AS (rank_key(recommendation, combined)) STORED,
    UNIQUE (batch_id, position),
    CHECK ((batch_id IS NULL) = (position IS NULL))
);
-- One batch's rankings by ROI and opportunity are read most; the other sorts order the rows of one batch on the fly.
CREATE INDEX analyses_batch_roi ON analyses (batch_id, roi_sort DESC, id DESC);
CREATE INDEX analyses_batch_opportunity ON analyses (batch_id, opportunity_sort DESC, id DESC);
CREATE INDEX analyses_recommendation_roi ON analyses (organisation_id, recommendation, roi_sort DESC, id DESC);
CREATE INDEX analyses_organisation_roi ON analyses (organisation_id, roi_sort DESC, id DESC);
CREATE INDEX analyses_asin ON analyses (organisation_id, asin, id DESC);
CREATE INDEX analyses_snapshot ON analyses (snapshot_id);

CREATE TABLE batch_items (
    batch_id UUID NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position > 0),
    row INTEGER NOT NULL CHECK (row > 0),
    identifier TEXT NOT NULL,
    lookup TEXT,
    notices JSONB NOT NULL,
    buy_price_minor BIGINT CHECK (buy_price_minor >= 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    condition TEXT NOT NULL,
    fulfilment TEXT NOT NULL,
    note TEXT,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ANALYSED', 'FAILED', 'REJECTED', 'CANCELLED')),
    error_code TEXT,
    error_detail TEXT,
    analysis_id UUID REFERENCES analyses (id) ON DELETE SET NULL,
    PRIMARY KEY (batch_id, position),
    CHECK ((status IN ('FAILED', 'REJECTED')) = (error_code IS NOT NULL)),
    CHECK (status = 'REJECTED' OR lookup IS NOT NULL)
);
CREATE INDEX batch_items_status ON batch_items (batch_id, status, position);
CREATE INDEX batch_items_analysis ON batch_items (analysis_id);

-- The queue. A row lives from submission to result; what failed for good stays as a dead letter.
CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('ANALYSE_ITEM')),
    batch_id UUID NOT NULL,
    position INTEGER NOT NULL,
    subject TEXT NOT NULL,
    is_dead BOOLEAN NOT NULL DEFAULT false,
    run_at TIMESTAMPTZ NOT NULL,
    attempts SMALLINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    lease_owner UUID,
    leased_until TIMESTAMPTZ,
    last_error TEXT,
    UNIQUE (batch_id, position),
    FOREIGN KEY (batch_id, position) REFERENCES batch_items (batch_id, position) ON DELETE CASCADE,
    CHECK ((lease_owner IS NULL) = (leased_until IS NULL))
);
CREATE INDEX jobs_ready ON jobs (run_at, id) WHERE NOT is_dead;

CREATE TABLE events (
    batch_id UUID NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (batch_id, sequence)
);

-- For people who query by hand: amounts in the main unit, percentages in percent.
CREATE VIEW analyses_readable AS
SELECT a.id, a.batch_id, a.position, a.asin, a.title, a.marketplace, a.currency, a.source, a.as_of,
       (a.buy_price_minor / u.unit)::numeric(20, 2) AS buy_price,
       (a.sale_price_minor / u.unit)::numeric(20, 2) AS sale_price,
       (a.fees_minor / u.unit)::numeric(20, 2) AS fees,
       (a.profit_minor / u.unit)::numeric(20, 2) AS profit,
       (a.max_buy_price_minor / u.unit)::numeric(20, 2) AS max_buy_price,
       (a.roi_bp / 100.0)::numeric(20, 2) AS roi_percent,
       a.days_to_sell, a.velocity, a.stability, a.confidence, a.combined, a.rating, a.recommendation, a.main_reason, a.flags
FROM analyses a
CROSS JOIN LATERAL (SELECT CASE a.currency WHEN 'JPY' THEN 1.0 ELSE 100.0 END AS unit) u;
