//! The tables, as diesel sees them. The truth stands in `migrations/`; a test compares the columns.
#![allow(missing_docs, reason = "the columns are documented in the migrations")]

use diesel::table;

table! {
    organisations (id) {
        id -> Uuid,
        name -> Text,
        slug -> Text,
        created_at -> Timestamptz,
        version -> Integer,
    }
}

table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        display_name -> Text,
        created_at -> Timestamptz,
        password_hash -> Nullable<Text>,
        email_verified_at -> Nullable<Timestamptz>,
        totp_secret -> Nullable<Bytea>,
        totp_confirmed_at -> Nullable<Timestamptz>,
        totp_last_step -> Nullable<BigInt>,
        disabled_at -> Nullable<Timestamptz>,
    }
}

table! {
    memberships (user_id, organisation_id) {
        user_id -> Uuid,
        organisation_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
        version -> Integer,
    }
}

table! {
    idempotency_keys (user_id, organisation_id, key) {
        user_id -> Uuid,
        organisation_id -> Uuid,
        key -> Text,
        fingerprint -> Bytea,
        object_id -> Uuid,
        attempt -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        leased_until -> Nullable<Timestamptz>,
        status -> Nullable<SmallInt>,
        content_type -> Nullable<Text>,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Nullable<Bytea>,
    }
}

table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_because -> Nullable<Text>,
    }
}

table! {
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

table! {
    sign_in_failures (email_digest) {
        email_digest -> Bytea,
        failures -> Integer,
        last_failed_at -> Timestamptz,
    }
}

table! {
    recovery_codes (user_id, hash) {
        user_id -> Uuid,
        hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

table! {
    account_tokens (hash) {
        hash -> Bytea,
        user_id -> Uuid,
        purpose -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

table! {
    external_identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Uuid,
        created_at -> Timestamptz,
    }
}

table! {
    signing_keys (id) {
        id -> Text,
        public_key -> Bytea,
        private_key -> Bytea,
        is_sealed -> Bool,
        created_at -> Timestamptz,
    }
}

table! {
    api_keys (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        created_by -> Uuid,
        name -> Text,
        prefix -> Text,
        hash -> Bytea,
        role -> Text,
        scopes -> Nullable<Array<Text>>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

table! {
    invitations (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        invited_by -> Nullable<Uuid>,
        email -> Text,
        role -> Text,
        hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        accepted_by -> Nullable<Uuid>,
    }
}

table! {
    batches (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        created_by -> Nullable<Uuid>,
        name -> Text,
        status -> Text,
        marketplace -> Text,
        source -> Nullable<Text>,
        configuration -> Jsonb,
        total_items -> Integer,
        analysed_items -> Integer,
        failed_items -> Integer,
        rejected_items -> Integer,
        cancelled_items -> Integer,
        last_sequence -> Integer,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        layers -> Nullable<Jsonb>,
    }
}

table! {
    batch_items (batch_id, position) {
        batch_id -> Uuid,
        position -> Integer,
        row -> Integer,
        identifier -> Text,
        lookup -> Nullable<Text>,
        notices -> Jsonb,
        buy_price_minor -> Nullable<BigInt>,
        quantity -> Integer,
        condition -> Text,
        fulfilment -> Text,
        note -> Nullable<Text>,
        status -> Text,
        error_code -> Nullable<Text>,
        error_detail -> Nullable<Text>,
        analysis_id -> Nullable<Uuid>,
    }
}

table! {
    products (asin, marketplace) {
        asin -> Text,
        marketplace -> Text,
        title -> Nullable<Text>,
        author -> Nullable<Text>,
        latest_snapshot_id -> Uuid,
        latest_fetched_at -> Timestamptz,
        first_seen_at -> Timestamptz,
    }
}

table! {
    product_snapshots (id) {
        id -> Uuid,
        asin -> Text,
        marketplace -> Text,
        source -> Text,
        fetched_at -> Timestamptz,
        content -> Bytea,
    }
}

table! {
    product_codes (code, marketplace) {
        code -> Text,
        marketplace -> Text,
        asin -> Text,
    }
}

table! {
    analyses (id) {
        id -> Uuid,
        organisation_id -> Uuid,
        batch_id -> Nullable<Uuid>,
        position -> Nullable<Integer>,
        snapshot_id -> Nullable<Uuid>,
        asin -> Text,
        marketplace -> Text,
        currency -> Text,
        title -> Nullable<Text>,
        source -> Text,
        engine_version -> SmallInt,
        as_of -> Timestamptz,
        buy_price_minor -> Nullable<BigInt>,
        quantity -> Integer,
        condition -> Text,
        fulfilment -> Text,
        sale_price_low_minor -> Nullable<BigInt>,
        sale_price_minor -> Nullable<BigInt>,
        sale_price_high_minor -> Nullable<BigInt>,
        fees_minor -> Nullable<BigInt>,
        profit_minor -> Nullable<BigInt>,
        roi_bp -> Nullable<BigInt>,
        max_buy_price_minor -> Nullable<BigInt>,
        days_to_sell -> Nullable<Integer>,
        velocity -> Nullable<SmallInt>,
        stability -> Nullable<SmallInt>,
        confidence -> Nullable<SmallInt>,
        combined -> Nullable<SmallInt>,
        opportunity -> Nullable<BigInt>,
        rating -> Nullable<Text>,
        recommendation -> Text,
        main_reason -> Text,
        flags -> Array<Text>,
        summary -> Text,
        document -> Text,
        created_at -> Timestamptz,
        roi_sort -> BigInt,
        profit_sort -> BigInt,
        opportunity_sort -> BigInt,
        velocity_sort -> BigInt,
        combined_sort -> BigInt,
        configuration_id -> Nullable<Uuid>,
    }
}

table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        batch_id -> Uuid,
        position -> Integer,
        subject -> Text,
        is_dead -> Bool,
        run_at -> Timestamptz,
        attempts -> SmallInt,
        lease_owner -> Nullable<Uuid>,
        leased_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
    }
}

table! {
    events (organisation_id, stream_kind, stream_id, sequence) {
        batch_id -> Nullable<Uuid>,
        sequence -> Integer,
        kind -> Text,
        payload -> Jsonb,
        created_at -> Timestamptz,
        number -> BigInt,
        organisation_id -> Uuid,
        stream_kind -> Text,
        stream_id -> Text,
        user_id -> Nullable<Uuid>,
        api_key_id -> Nullable<Uuid>,
        previous_hash -> Nullable<Bytea>,
        hash -> Bytea,
    }
}

table! {
    configuration_scopes (organisation_id, scope) {
        organisation_id -> Uuid,
        scope -> Text,
        version -> Integer,
        patch -> Nullable<Jsonb>,
        updated_at -> Timestamptz,
    }
}

table! {
    configuration_documents (organisation_id, id) {
        organisation_id -> Uuid,
        id -> Uuid,
        versions -> Jsonb,
        document -> Jsonb,
        created_at -> Timestamptz,
    }
}

table! {
    keepa_accounts (key_digest) {
        key_digest -> Bytea,
        told_at -> Nullable<Timestamptz>,
        keepa_timestamp_ms -> Nullable<BigInt>,
        tokens_left -> Nullable<BigInt>,
        refill_in_ms -> Nullable<BigInt>,
        tokens_per_minute -> Nullable<Integer>,
        tracking_tokens_per_minute -> Nullable<Double>,
        tokens_lost -> BigInt,
    }
}

table! {
    keepa_reservations (id) {
        id -> BigInt,
        key_digest -> Bytea,
        owner -> Uuid,
        purpose -> Text,
        tokens -> BigInt,
        reserved_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

table! {
    keepa_spend (hour, key_digest, purpose) {
        key_digest -> Bytea,
        hour -> Timestamptz,
        purpose -> Text,
        requests -> BigInt,
        tokens -> BigInt,
        tokens_lost -> BigInt,
    }
}

table! {
    organisation_quotas (organisation_id) {
        organisation_id -> Uuid,
        tokens_per_day -> Nullable<BigInt>,
        items_per_batch -> Nullable<Integer>,
        batches_at_work -> Nullable<Integer>,
        requests_per_minute -> Nullable<Integer>,
        changed_at -> Timestamptz,
    }
}

table! {
    organisation_spend (organisation_id, day) {
        organisation_id -> Uuid,
        day -> Date,
        tokens -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(batches, batch_items, jobs, analyses);
diesel::allow_tables_to_appear_in_same_query!(
    users,
    memberships,
    api_keys,
    invitations,
    organisation_quotas
);
diesel::allow_tables_to_appear_in_same_query!(organisations, memberships);
diesel::allow_tables_to_appear_in_same_query!(products, product_snapshots, product_codes);
diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    users,
    sessions,
    refresh_tokens,
    external_identities
);
