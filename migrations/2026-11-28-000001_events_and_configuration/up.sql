-- What happened, in order: an append-only stream for each batch, membership, invitation, key, organisation and scope of the configuration.
-- The events of batches were there before; until the contracting step that drops batch_id, a server of the version before writes them with it.
ALTER TABLE events
    DROP CONSTRAINT events_batch_id_fkey,
    DROP CONSTRAINT events_pkey,
    ALTER COLUMN batch_id DROP NOT NULL,
    -- The order in which lists show events.
    ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN organisation_id UUID REFERENCES organisations (id) ON DELETE CASCADE,
    ADD COLUMN stream_kind TEXT
        CHECK (stream_kind IN ('BATCH', 'CONFIGURATION', 'MEMBERSHIP', 'INVITATION', 'API_KEY', 'ORGANISATION')),
    ADD COLUMN stream_id TEXT CHECK (char_length(stream_id) BETWEEN 1 AND 64),
    -- Who did it; NULL for the server itself. No reference: what somebody did stays when he is gone.
    ADD COLUMN user_id UUID,
    -- The key by which he did it.
    ADD COLUMN api_key_id UUID,
    ADD COLUMN previous_hash BYTEA CHECK (octet_length(previous_hash) = 32),
    ADD COLUMN hash BYTEA CHECK (octet_length(hash) = 32);

UPDATE events SET organisation_id = batches.organisation_id, stream_kind = 'BATCH', stream_id = batches.id::text
FROM batches WHERE batches.id = events.batch_id;

-- Binds an event to everything that it says and to the one before it. The time is hashed as microseconds, which no setting changes.
CREATE FUNCTION event_hash(event events) RETURNS BYTEA LANGUAGE sql STABLE
RETURN sha256(coalesce((event).previous_hash, '') || convert_to(jsonb_build_array(
    (event).organisation_id, (event).stream_kind, (event).stream_id, (event).sequence, (event).kind, (event).payload,
    (event).user_id, (event).api_key_id, (extract(epoch FROM (event).created_at) * 1000000)::bigint)::text, 'UTF8'));

CREATE FUNCTION chain_event() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stream_kind IS NULL THEN
        -- Of a server of the version before, which knows batches only.
        NEW.stream_kind := 'BATCH';
        NEW.stream_id := NEW.batch_id::text;
        NEW.organisation_id := (SELECT organisation_id FROM batches WHERE id = NEW.batch_id);
    END IF;
    IF NEW.sequence > 1 THEN
        SELECT hash INTO NEW.previous_hash FROM events
        WHERE organisation_id = NEW.organisation_id AND stream_kind = NEW.stream_kind AND stream_id = NEW.stream_id
            AND sequence = NEW.sequence - 1;
        IF NEW.previous_hash IS NULL THEN
            RAISE EXCEPTION 'the stream % % has no event %', NEW.stream_kind, NEW.stream_id, NEW.sequence - 1
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    NEW.hash := event_hash(NEW);
    RETURN NEW;
END $$;

-- Whoever is a member, and every organisation, invitation and key there is, begins a stream with what is known of it.
INSERT INTO events (organisation_id, stream_kind, stream_id, sequence, kind, payload, created_at)
SELECT id, 'ORGANISATION', id::text, 1, 'CREATED', jsonb_build_object('name', name), created_at FROM organisations
UNION ALL
SELECT organisation_id, 'MEMBERSHIP', user_id::text, 1, 'JOINED', jsonb_build_object('role', role), created_at FROM memberships
UNION ALL
SELECT organisation_id, 'INVITATION', id::text, 1, 'CREATED', jsonb_build_object('email', email, 'role', role), created_at FROM invitations
UNION ALL
SELECT organisation_id, 'API_KEY', id::text, 1, 'CREATED', jsonb_build_object('name', name, 'prefix', prefix, 'role', role), created_at
FROM api_keys;

-- The chain over what was there, each stream in its order.
DO $$
DECLARE
    event events;
    previous BYTEA;
BEGIN
    FOR event IN SELECT * FROM events ORDER BY stream_kind, stream_id, sequence LOOP
        previous := CASE WHEN event.sequence > 1 THEN previous END;
        event.previous_hash := previous;
        previous := event_hash(event);
        UPDATE events SET previous_hash = event.previous_hash, hash = previous WHERE number = event.number;
    END LOOP;
END $$;

ALTER TABLE events
    ALTER COLUMN organisation_id SET NOT NULL,
    ALTER COLUMN stream_kind SET NOT NULL,
    ALTER COLUMN stream_id SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD PRIMARY KEY (organisation_id, stream_kind, stream_id, sequence),
    ADD CHECK ((sequence = 1) = (previous_hash IS NULL));
CREATE UNIQUE INDEX events_page ON events (organisation_id, number DESC);
CREATE INDEX events_age ON events (created_at);
CREATE TRIGGER chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain_event();

DROP POLICY tenant ON events;
CREATE POLICY tenant ON events TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));

-- How often it was changed, the first time included: the number of its newest event, and its entity tag.
ALTER TABLE organisations ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
ALTER TABLE memberships ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
GRANT UPDATE (version) ON organisations, memberships TO arbitragevault_tenant;

-- What each scope of the configuration sets now: the sum of its stream.
CREATE TABLE configuration_scopes (
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    scope TEXT NOT NULL CHECK (char_length(scope) BETWEEN 1 AND 64),
    version INTEGER NOT NULL CHECK (version > 0),
    -- A JSON Merge Patch of the whole document; NULL where the scope sets nothing any more.
    patch JSONB,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organisation_id, scope)
);
GRANT SELECT, INSERT, UPDATE ON configuration_scopes TO arbitragevault_tenant;
ALTER TABLE configuration_scopes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON configuration_scopes TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));

-- The configurations under which analyses were made, each once: what makes a calculation repeatable.
CREATE TABLE configuration_documents (
    organisation_id UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    -- Made of the SHA-256 of versions and document.
    id UUID NOT NULL,
    -- The version of each scope that had a say.
    versions JSONB NOT NULL,
    document JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organisation_id, id)
);
GRANT SELECT, INSERT ON configuration_documents TO arbitragevault_tenant;
ALTER TABLE configuration_documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON configuration_documents TO arbitragevault_tenant USING (organisation_id = (SELECT current_organisation()));

-- Documents are deleted with their organisation only, so no foreign key is needed, which would lock one document for every analysis of a
-- batch. NULL: of a version that did not keep it.
ALTER TABLE analyses ADD COLUMN configuration_id UUID;

-- What all scopes set when the batch was submitted, with their versions and the strategy asked for. NULL: submitted to a version before,
-- then `configuration` holds; a worker of that version reads `configuration` alone, which goes with the next contracting step.
ALTER TABLE batches ADD COLUMN layers JSONB;
