//! Accounts as answers show them.

use arbitragevault_services::accounts::{Profile, SessionTokens};
use arbitragevault_services::persistence::sessions::Session;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// About what one session takes in JSON, in bytes.
pub(super) const SESSION_BYTES: usize = 400;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountView<'a> {
    /// Id of the user.
    id: Uuid,
    /// The address.
    #[schema(example = "ada@example.com")]
    email: &'a str,
    /// When the address was proved; null while it is not.
    email_verified_at: Option<DateTime<Utc>>,
    /// The name for people.
    #[schema(example = "Ada")]
    display_name: &'a str,
    /// Whether there is a password to sign in with.
    has_password: bool,
    /// The second factor.
    second_factor: SecondFactorView,
    /// The organisation.
    organisation: AccountOrganisation<'a>,
    /// The session of the access token; null for a token of another issuer.
    session_id: Option<Uuid>,
    /// When the account was made.
    created_at: DateTime<Utc>,
}

/// The second factor of an account.
#[derive(Debug, Serialize, ToSchema)]
struct SecondFactorView {
    /// Since when it is asked for; null when it is not.
    enabled_at: Option<DateTime<Utc>>,
    /// Recovery codes that were not used yet.
    recovery_codes_left: i64,
}

/// The organisation of an account.
#[derive(Debug, Serialize, ToSchema)]
struct AccountOrganisation<'a> {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "Ada's books")]
    name: &'a str,
    /// What the user is in it: `OWNER`, `ADMIN`, `ANALYST` or `VIEWER`.
    #[schema(example = "OWNER")]
    role: &'a str,
}

impl<'a> AccountView<'a> {
    pub(super) fn new(profile: &'a Profile, session_id: Option<Uuid>) -> Self {
        let user = &profile.user;
        Self {
            id: user.id,
            email: &user.email,
            email_verified_at: user.email_verified_at,
            display_name: &user.display_name,
            has_password: user.password_hash.is_some(),
            second_factor: SecondFactorView {
                enabled_at: user.totp_confirmed_at,
                recovery_codes_left: profile.recovery_codes_left,
            },
            organisation: AccountOrganisation {
                id: profile.membership.organisation_id,
                name: &profile.membership.organisation_name,
                role: &profile.membership.role,
            },
            session_id,
            created_at: user.created_at,
        }
    }
}

/// What a client goes on with.
#[derive(Serialize, ToSchema)]
pub(super) struct TokensView<'a> {
    /// The access token, for `Authorization: Bearer`.
    access_token: &'a str,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token holds.
    #[schema(example = 900)]
    expires_in: i64,
    /// The refresh token: good for one use, and replaced by it.
    refresh_token: &'a str,
    /// When the session ends unless it is refreshed.
    refresh_expires_at: DateTime<Utc>,
    /// The session.
    session_id: Uuid,
}

impl<'a> From<&'a SessionTokens> for TokensView<'a> {
    fn from(tokens: &'a SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token.expose(),
            token_type: "Bearer",
            expires_in: tokens.expires_in.num_seconds(),
            refresh_token: tokens.refresh_token.expose(),
            refresh_expires_at: tokens.refresh_expires_at,
            session_id: tokens.session_id,
        }
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView<'a> {
    /// Its id.
    id: Uuid,
    /// Whether it is the one of the access token.
    is_current: bool,
    /// The client, as it named itself last.
    #[schema(example = "Mozilla/5.0")]
    user_agent: Option<&'a str>,
    /// The address that it was used from last, as the proxy in front told it.
    #[schema(example = "203.0.113.7")]
    address: Option<&'a str>,
    /// When somebody signed in.
    created_at: DateTime<Utc>,
    /// When it was refreshed last.
    last_used_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    expires_at: DateTime<Utc>,
}

impl<'a> SessionView<'a> {
    pub(super) fn new(session: &'a Session, current: Option<Uuid>) -> Self {
        Self {
            id: session.id,
            is_current: current == Some(session.id),
            user_agent: session.user_agent.as_deref(),
            address: session.address.as_deref(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}
