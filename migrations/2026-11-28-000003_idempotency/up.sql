-- What became of requests that carried an Idempotency-Key, for a day. A row without an answer belongs to the request that is at work under its
-- lease, or to one that ended nobody knows how.
CREATE TABLE idempotency_keys (
    user_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    key TEXT NOT NULL CHECK (key ~ '^[!-~]{1,255}$'),
    -- SHA-256 of method, path, content type and body.
    fingerprint BYTEA NOT NULL CHECK (octet_length(fingerprint) = 32),
    -- The id of what the request makes, the same at every attempt: what was made already is not made again.
    object_id UUID NOT NULL,
    -- Who holds the lease.
    attempt UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL CHECK (expires_at > created_at),
    leased_until TIMESTAMPTZ,
    status SMALLINT CHECK (status BETWEEN 200 AND 299),
    content_type TEXT,
    location TEXT,
    etag TEXT,
    -- NULL beside a status: the answer held a secret, which is stored nowhere.
    body BYTEA,
    PRIMARY KEY (user_id, organisation_id, key),
    FOREIGN KEY (user_id, organisation_id) REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE,
    CHECK ((status IS NULL) = (leased_until IS NOT NULL)),
    CHECK (status IS NOT NULL OR num_nonnulls(content_type, location, etag, body) = 0)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO arbitragevault_tenant;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
