-- The books of one Keepa account, which several processes share. The key itself is stored nowhere: it is known by its SHA-256, which needs
-- no salt since a key is long and random.
CREATE TABLE keepa_accounts (
    key_digest BYTEA PRIMARY KEY CHECK (octet_length(key_digest) = 32),
    -- The token bucket as the newest answer told it; NULL before the first.
    told_at TIMESTAMPTZ,
    -- Keepa's own clock at that answer, by which an older one that arrives late is known.
    keepa_timestamp_ms BIGINT,
    tokens_left BIGINT,
    refill_in_ms BIGINT CHECK (refill_in_ms >= 0),
    tokens_per_minute INTEGER CHECK (tokens_per_minute > 0),
    tracking_tokens_per_minute DOUBLE PRECISION,
    -- Tokens of requests that were sent since and never answered: Keepa charges them as a rule.
    tokens_lost BIGINT NOT NULL DEFAULT 0 CHECK (tokens_lost >= 0),
    CHECK (num_nulls(told_at, keepa_timestamp_ms, tokens_left, refill_in_ms, tokens_per_minute, tracking_tokens_per_minute) IN (0, 6))
);

-- What requests under way may cost. A process that was killed gives back what it held when the time is over.
CREATE TABLE keepa_reservations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_digest BYTEA NOT NULL REFERENCES keepa_accounts (key_digest) ON DELETE CASCADE,
    owner UUID NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose ~ '^[A-Z_]{1,32}$'),
    tokens BIGINT NOT NULL CHECK (tokens > 0),
    reserved_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL CHECK (expires_at > reserved_at)
);
CREATE INDEX keepa_reservations_account ON keepa_reservations (key_digest, expires_at);

-- What was spent in each hour, for what. Keepa did not tell what a lost request cost; what was reserved for it stands apart.
CREATE TABLE keepa_spend (
    key_digest BYTEA NOT NULL REFERENCES keepa_accounts (key_digest) ON DELETE CASCADE,
    hour TIMESTAMPTZ NOT NULL CHECK (hour = date_trunc('hour', hour, 'UTC')),
    purpose TEXT NOT NULL CHECK (purpose ~ '^[A-Z_]{1,32}$'),
    requests BIGINT NOT NULL CHECK (requests >= 0),
    tokens BIGINT NOT NULL,
    tokens_lost BIGINT NOT NULL CHECK (tokens_lost >= 0),
    PRIMARY KEY (hour, key_digest, purpose)
);
CREATE INDEX keepa_spend_account ON keepa_spend (key_digest);

-- Whose turn it is: the batches at work of each organisation, those first of which least is done; the jobs of a batch that are due; and
-- those of a product, which are done together.
CREATE INDEX batches_at_work ON batches (organisation_id, (analysed_items + failed_items), id) WHERE finished_at IS NULL;
CREATE INDEX jobs_batch_ready ON jobs (batch_id, run_at, id) WHERE NOT is_dead;
CREATE INDEX jobs_subject ON jobs (subject, run_at) WHERE NOT is_dead;
