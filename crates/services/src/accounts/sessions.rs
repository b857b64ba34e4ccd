//! Sessions: begun by signing in, carried on by refresh tokens that are used once, ended by signing out.
//!
//! **Two that refresh with one token.** The token is taken by one conditional update, so of two requests exactly one wins. To the loser the
//! token is a used one, which is either a second tab of the same person or a thief. It gets no tokens in either case. When it comes within
//! [`RACE`] of the use, the session goes on and the loser is told so: two tabs fire at the same moment, and to end the session would sign
//! people out at random. When it comes later, the session is ended. A thief who wins such a race gains those seconds and no more: the
//! person's client holds the old token still, tries it again, and by that ends the session.

use arbitragevault_persistence::refresh_tokens::{self, Given};
use arbitragevault_persistence::sessions::{self, Revocation, Session, Which};
use arbitragevault_persistence::users::{self, User};
use arbitragevault_persistence::{Connection, PersistenceError};
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncConnection as _;
use uuid::Uuid;

use super::client::Client;
use super::error::AccountError;
use super::secret::Secret;
use super::tokens::TokenSubject;
use crate::Services;
use crate::error::ServiceError;

/// How long after its use a refresh token that comes again is taken for a race: longer than a slow request takes, shorter than a theft
/// (grade M).
const RACE: TimeDelta = TimeDelta::seconds(10);

/// A session that is not refreshed for so long ends (NIST SP 800-63B-4, 2.1.3, at most 30 days without signing in anew at AAL1; here
/// since the last use, and bounded by the next; grade M).
pub(crate) const IDLE: TimeDelta = TimeDelta::days(30);

/// The longest life of a session, used or not (grade M).
const LONGEST: TimeDelta = TimeDelta::days(90);

/// What a client needs to go on with a session.
#[derive(Debug, Clone)]
pub struct SessionTokens {
    /// The access token.
    pub access_token: Secret,
    /// How long it holds, from now.
    pub expires_in: TimeDelta,
    /// The refresh token: good for one use.
    pub refresh_token: Secret,
    /// When the session ends unless it is refreshed.
    pub refresh_expires_at: DateTime<Utc>,
    /// The session.
    pub session_id: Uuid,
}

/// A session that holds, with its current refresh token.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) session_id: Uuid,
    organisation_id: Uuid,
    refresh_token: Secret,
    expires_at: DateTime<Utc>,
}

/// What became of a refresh. Not an error, so that what was written of it stays.
enum Refreshed {
    Held(Box<User>, Held),
    Unknown,
    Ended,
    Raced,
    Reused(Uuid),
}

impl Services {
    /// Begins a session, unless the password was changed since `user` was read.
    pub(super) async fn begin_session(
        &self,
        connection: &mut Connection,
        user: &User,
        client: Client,
    ) -> Result<Held, AccountError> {
        let now = self.shared.clock.now();
        let refresh_token = Secret::random()?;
        let session = Session {
            id: Uuid::now_v7(),
            user_id: user.id,
            user_agent: client.user_agent,
            address: client.address,
            created_at: now,
            last_used_at: now,
            expires_at: now + IDLE,
            revoked_at: None,
        };
        let hash = refresh_token.digest();
        let begun = connection
            .transaction(async |connection| {
                let kept = users::keep_password(connection, user.id).await?;
                if kept != user.password_hash {
                    return Ok(None);
                }
                sessions::insert(connection, &session).await?;
                refresh_tokens::insert(connection, &hash, session.id, now).await?;
                let membership = users::membership(connection, user.id).await?;
                Ok::<_, PersistenceError>(Some(membership.organisation_id))
            })
            .await?;
        let organisation_id = begun.ok_or(AccountError::WrongCredentials)?;
        Ok(Held {
            session_id: session.id,
            organisation_id,
            refresh_token,
            expires_at: session.expires_at,
        })
    }

    /// The tokens of a session that holds.
    pub(super) async fn tokens_of(
        &self,
        user: &User,
        held: Held,
    ) -> Result<SessionTokens, AccountError> {
        let access = self
            .access_token(user, held.organisation_id, held.session_id)
            .await?;
        Ok(SessionTokens {
            access_token: access.token,
            expires_in: access.expires_in,
            refresh_token: held.refresh_token,
            refresh_expires_at: held.expires_at,
            session_id: held.session_id,
        })
    }

    /// Trades a refresh token for new tokens.
    ///
    /// # Errors
    /// [`AccountError::RefreshRefused`] when it is unknown, its session ended, or it was used before, which ends the session; a conflict
    /// with the code `REFRESH_RACED` when another request used it moments ago, which does not; or when the database is not available.
    pub async fn refresh(
        &self,
        token: &Secret,
        client: Client,
    ) -> Result<SessionTokens, AccountError> {
        let refused = |code, detail| Err(AccountError::RefreshRefused { code, detail });
        let mut connection = self.connection().await?;
        let refreshed = self.take_refresh(&mut connection, token, client).await?;
        drop(connection);
        match refreshed {
            Refreshed::Held(user, held) => self.tokens_of(&user, held).await,
            Refreshed::Unknown => refused(
                "REFRESH_TOKEN_UNKNOWN",
                "the refresh token is none that was given out: sign in again",
            ),
            Refreshed::Ended => refused("SESSION_ENDED", "the session has ended: sign in again"),
            Refreshed::Raced => Err(AccountError::conflict(
                "REFRESH_RACED",
                "another request used this refresh token just now: go on with the tokens that it was given",
            )),
            Refreshed::Reused(session_id) => {
                tracing::warn!(%session_id, "a refresh token of session {session_id} came a second time: the session was ended");
                refused(
                    "REFRESH_TOKEN_REUSED",
                    "the refresh token was used before, perhaps by somebody else: the session was ended, sign in again",
                )
            }
        }
    }

    async fn take_refresh(
        &self,
        connection: &mut Connection,
        token: &Secret,
        client: Client,
    ) -> Result<Refreshed, AccountError> {
        let now = self.shared.clock.now();
        let hash = token.digest();
        let next = Secret::random()?;
        let refreshed = connection
            .transaction(async |connection| {
                let is_mine = refresh_tokens::take(connection, &hash, now).await?;
                let found = refresh_tokens::find(connection, &hash).await?;
                let Some(Given {
                    used_at,
                    mut session,
                }) = found
                else {
                    return Ok(Refreshed::Unknown);
                };
                if !session.is_live(now) {
                    return Ok(Refreshed::Ended);
                }
                if !is_mine {
                    if used_at.is_some_and(|used_at| now - used_at <= RACE) {
                        return Ok(Refreshed::Raced);
                    }
                    let (user, this) = (session.user_id, Which::One(session.id));
                    sessions::revoke(connection, user, this, Revocation::TokenReused, now).await?;
                    return Ok(Refreshed::Reused(session.id));
                }
                let user = users::get(connection, session.user_id).await?;
                session.last_used_at = now;
                session.expires_at = (now + IDLE).min(session.created_at + LONGEST);
                session.user_agent = client.user_agent;
                session.address = client.address;
                if user.disabled_at.is_some() || !sessions::touch(connection, &session).await? {
                    return Ok(Refreshed::Ended);
                }
                refresh_tokens::insert(connection, &next.digest(), session.id, now).await?;
                let membership = users::membership(connection, user.id).await?;
                let held = Held {
                    session_id: session.id,
                    organisation_id: membership.organisation_id,
                    refresh_token: next,
                    expires_at: session.expires_at,
                };
                Ok::<_, PersistenceError>(Refreshed::Held(Box::new(user), held))
            })
            .await?;
        Ok(refreshed)
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// A conflict when the token is another issuer's, which keeps its own sessions; or when the database is not available.
    pub async fn sign_out(&self, subject: TokenSubject) -> Result<(), AccountError> {
        let session_id = subject.session_id.ok_or_else(no_session)?;
        let mut connection = self.connection().await?;
        let now = self.shared.clock.now();
        let this = Which::One(session_id);
        sessions::revoke(
            &mut connection,
            subject.user_id,
            this,
            Revocation::SignedOut,
            now,
        )
        .await?;
        Ok(())
    }

    /// The live sessions of a user, newest first, after an id.
    ///
    /// # Errors
    /// When the session of the token has ended, or the database is not available.
    pub async fn sessions(
        &self,
        subject: TokenSubject,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Session>, AccountError> {
        let mut connection = self.connection().await?;
        self.signed_in(&mut connection, subject).await?;
        let now = self.shared.clock.now();
        Ok(sessions::page(&mut connection, subject.user_id, now, after, limit).await?)
    }

    /// Ends a session of the same user.
    ///
    /// # Errors
    /// When the user has no such live session, the session of the token has ended, or the database is not available.
    pub async fn revoke_session(
        &self,
        subject: TokenSubject,
        id: Uuid,
    ) -> Result<(), AccountError> {
        match self.revoke_sessions(subject, Which::One(id)).await? {
            0 => Err(ServiceError::NotFound("the session").into()),
            _ => Ok(()),
        }
    }

    /// Ends every other session of the same user, and returns how many.
    ///
    /// # Errors
    /// When the session of the token has ended, or the database is not available.
    pub async fn revoke_other_sessions(
        &self,
        subject: TokenSubject,
    ) -> Result<usize, AccountError> {
        let others = subject.session_id.map_or(Which::All, Which::AllBut);
        self.revoke_sessions(subject, others).await
    }

    async fn revoke_sessions(
        &self,
        subject: TokenSubject,
        which: Which,
    ) -> Result<usize, AccountError> {
        let mut connection = self.connection().await?;
        self.signed_in(&mut connection, subject).await?;
        let now = self.shared.clock.now();
        let user = subject.user_id;
        Ok(sessions::revoke(&mut connection, user, which, Revocation::Revoked, now).await?)
    }

    /// The user of a token, when the account is open and the session of the token lives.
    pub(super) async fn signed_in(
        &self,
        connection: &mut Connection,
        subject: TokenSubject,
    ) -> Result<User, AccountError> {
        let gone = |error| match error {
            PersistenceError::NotFound => AccountError::session_ended(),
            error => error.into(),
        };
        let user = users::get(connection, subject.user_id)
            .await
            .map_err(gone)?;
        if let Some(id) = subject.session_id {
            let session = sessions::get(connection, id).await.map_err(gone)?;
            if !session.is_live(self.shared.clock.now()) || session.user_id != user.id {
                return Err(AccountError::session_ended());
            }
        }
        if user.disabled_at.is_some() {
            return Err(AccountError::session_ended());
        }
        Ok(user)
    }
}

/// The token is another issuer's.
fn no_session() -> AccountError {
    AccountError::conflict(
        "NO_SESSION",
        "the access token was made by another issuer, which keeps the session: sign out there",
    )
}
