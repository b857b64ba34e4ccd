-- Who may sign in, and how. A secret that only has to be recognised is stored as its hash; one that has to be read again is sealed.
ALTER TABLE users
    -- Argon2id in PHC form; NULL for who signs in by another way only.
    ADD COLUMN password_hash TEXT,
    ADD COLUMN email_verified_at TIMESTAMPTZ,
    -- Sealed by the application.
    ADD COLUMN totp_secret BYTEA,
    ADD COLUMN totp_confirmed_at TIMESTAMPTZ,
    -- The time step of the latest code that was taken: no code is taken twice.
    ADD COLUMN totp_last_step BIGINT,
    ADD COLUMN disabled_at TIMESTAMPTZ,
    ADD CHECK (totp_secret IS NOT NULL OR (totp_confirmed_at IS NULL AND totp_last_step IS NULL));

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT CHECK (char_length(user_agent) <= 500),
    address TEXT CHECK (char_length(address) <= 100),
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_because TEXT
        CHECK (revoked_because IN ('SIGNED_OUT', 'REVOKED', 'TOKEN_REUSED', 'PASSWORD_CHANGED', 'IDENTITY_LINKED')),
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX sessions_user ON sessions (user_id, id DESC);

-- The current refresh token of each session, and those used before: one of these that comes again was stolen.
CREATE TABLE refresh_tokens (
    hash BYTEA PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX refresh_tokens_current ON refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Attempts to sign in that did not succeed, by the SHA-256 of the address, whether it has an account or not: what is answered must not
-- tell which addresses have one.
CREATE TABLE sign_in_failures (
    email_digest BYTEA PRIMARY KEY,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    last_failed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_failed_at);

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (user_id, hash)
);

-- One-time tokens that are sent by mail.
CREATE TABLE account_tokens (
    hash BYTEA PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('VERIFY_EMAIL', 'RESET_PASSWORD')),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX account_tokens_user ON account_tokens (user_id, purpose);

CREATE TABLE external_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_user ON external_identities (user_id);

-- Ed25519 keys of access tokens. The newest signs, the others verify.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    public_key BYTEA NOT NULL,
    private_key BYTEA NOT NULL,
    is_sealed BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
