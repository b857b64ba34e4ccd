-- What an organisation may do. NULL: what the server's configuration says; 0: as much as it likes.
CREATE TABLE organisation_quotas (
    organisation_id UUID PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
    tokens_per_day BIGINT CHECK (tokens_per_day >= 0),
    items_per_batch INTEGER CHECK (items_per_batch >= 0),
    batches_at_work INTEGER CHECK (batches_at_work >= 0),
    requests_per_minute INTEGER CHECK (requests_per_minute >= 0),
    changed_at TIMESTAMPTZ NOT NULL
);

-- Tokens of products that were fetched for an organisation on a day in UTC, at what a product costs at most.
CREATE TABLE organisation_spend (
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    day DATE NOT NULL,
    tokens BIGINT NOT NULL CHECK (tokens >= 0),
    PRIMARY KEY (organisation_id, day)
);

-- A tenant reads both; the operator sets the one, and who fetches books in the other.
GRANT SELECT ON organisation_quotas, organisation_spend TO arbitragevault_tenant;
ALTER TABLE organisation_quotas ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organisation_quotas TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
ALTER TABLE organisation_spend ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organisation_spend TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
