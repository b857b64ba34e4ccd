-- Who belongs to which organisation, with what they may do there. No running version reads the two columns of users that it replaces.
CREATE TABLE memberships (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'ANALYST', 'VIEWER')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, organisation_id)
);
CREATE INDEX memberships_organisation ON memberships (organisation_id, user_id);

INSERT INTO memberships (user_id, organisation_id, role, created_at)
SELECT id, organisation_id, role, created_at FROM users;

ALTER TABLE users DROP COLUMN organisation_id, DROP COLUMN role;

-- A key acts for its maker, at most as the maker does now. It goes with the membership.
CREATE TABLE api_keys (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL,
    created_by UUID NOT NULL,
    name TEXT NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- The first characters, by which a person tells keys apart; the key itself is stored nowhere.
    prefix TEXT NOT NULL CHECK (char_length(prefix) BETWEEN 4 AND 16),
    -- SHA-256 of the key. It needs no salt and no slow hash: a key holds 256 random bits.
    hash BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    role TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'ANALYST', 'VIEWER')),
    -- NULL: whatever the role may.
    scopes TEXT[] CHECK (cardinality(scopes) > 0),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ CHECK (expires_at > created_at),
    -- To the minute, so that a busy key does not write a row for every request.
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    FOREIGN KEY (created_by, organisation_id) REFERENCES memberships (user_id, organisation_id) ON DELETE CASCADE
);
CREATE INDEX api_keys_maker ON api_keys (created_by, organisation_id);
CREATE INDEX api_keys_page ON api_keys (organisation_id, id DESC);

-- An invitation is accepted once; one that is taken back is deleted.
CREATE TABLE invitations (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    invited_by UUID REFERENCES users (id) ON DELETE SET NULL,
    email TEXT NOT NULL CHECK (email LIKE '%@%'),
    role TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'ANALYST', 'VIEWER')),
    hash BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL CHECK (expires_at > created_at),
    accepted_at TIMESTAMPTZ,
    accepted_by UUID REFERENCES users (id) ON DELETE SET NULL,
    CHECK (accepted_by IS NULL OR accepted_at IS NOT NULL)
);
CREATE INDEX invitations_page ON invitations (organisation_id, id DESC);
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_accepted_by ON invitations (accepted_by);

-- The role in which the application acts for a tenant (ADR 9). Roles belong to the whole cluster, so another database may have made it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'arbitragevault_tenant') THEN
        BEGIN
            CREATE ROLE arbitragevault_tenant NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role arbitragevault_tenant is missing, and % may not create it', current_user
                    USING HINT = format('An administrator of the cluster runs: CREATE ROLE arbitragevault_tenant NOLOGIN; GRANT arbitragevault_tenant TO %I;', current_user);
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'arbitragevault_tenant' AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
        RAISE EXCEPTION 'the role arbitragevault_tenant must neither log in nor bypass row-level security';
    END IF;
    -- A superuser acts in any role; everybody else must be a member.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT arbitragevault_tenant TO %I', current_user);
    END IF;
END $$;

-- The organisation for which the transaction acts; NULL when none is set, which equals nothing.
CREATE FUNCTION current_organisation() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('arbitragevault.organisation_id', true), '')::uuid;

-- What the role may at all. It has no right to market data, which belongs to nobody, and none to write what only the owner of the tables does.
GRANT USAGE ON SCHEMA public TO arbitragevault_tenant;
GRANT SELECT, UPDATE (name), DELETE ON organisations TO arbitragevault_tenant;
GRANT SELECT (id, email, display_name, created_at) ON users TO arbitragevault_tenant;
GRANT SELECT, UPDATE (role), DELETE ON memberships TO arbitragevault_tenant;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO arbitragevault_tenant;
GRANT SELECT, INSERT, DELETE ON invitations TO arbitragevault_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON batches, batch_items, jobs TO arbitragevault_tenant;
GRANT SELECT, INSERT, DELETE ON analyses TO arbitragevault_tenant;
GRANT SELECT, INSERT ON events TO arbitragevault_tenant;

-- The organisation is asked for in a subselect, so that it is computed once a statement and not once a row.
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organisations TO arbitragevault_tenant USING (id = (SELECT current_organisation()));
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON memberships TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_keys TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invitations TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
ALTER TABLE batches ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON batches TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));
ALTER TABLE analyses ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON analyses TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));

-- These belong to an organisation by another table, whose own policy hides what is foreign. The batch is looked up by its key; EXISTS would
-- be planned as a hash of all batches of the organisation.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON users TO arbitragevault_tenant USING (EXISTS (SELECT FROM memberships WHERE memberships.user_id = users.id));
ALTER TABLE batch_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON batch_items TO arbitragevault_tenant USING ((SELECT true FROM batches WHERE batches.id = batch_items.batch_id));
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON jobs TO arbitragevault_tenant USING ((SELECT true FROM batches WHERE batches.id = jobs.batch_id));
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON events TO arbitragevault_tenant USING ((SELECT true FROM batches WHERE batches.id = events.batch_id));
