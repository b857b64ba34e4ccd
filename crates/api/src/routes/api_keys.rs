//! API keys: make one, list them, revoke one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use arbitragevault_services::access::{Permission, Role};
use arbitragevault_services::api_keys::KeyTerms;
use arbitragevault_services::persistence::api_keys::ApiKey;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::caller::{ApiKeysRead, ApiKeysWrite, Caller};
use crate::extract::{Body, Id, Query};
use crate::problem::{FieldError, Place, Problem, ProblemKind, problems};
use crate::state::ApiState;
use crate::wire::{Cursor, Page, PageQuery, json_response, located, shown_once};

problems!(
    CreateProblems: MalformedBody, IdempotentSecretShown, PayloadTooLarge, UnsupportedMediaType, ValidationFailed, Unavailable
);
problems!(ListProblems: InvalidParameter, InvalidCursor, ValidationFailed, Unavailable);
problems!(RevokeProblems: InvalidParameter, NotFound, Unavailable);

/// Bytes of a key in a list.
const KEY_BYTES: usize = 400;

/// An API key. The key itself was shown when it was made, and is stored nowhere.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKeyView<'a> {
    /// Its id.
    id: Uuid,
    /// What its maker calls it.
    name: &'a str,
    /// Its first characters, by which one knows it.
    #[schema(example = "avk_3kTMd9Yx")]
    prefix: &'a str,
    /// The role as which it acts: that of its maker, when the maker has less by now.
    #[schema(value_type = Role)]
    role: &'a str,
    /// The scopes that it is held to; null when it may whatever its role may.
    scopes: Option<&'a [String]>,
    /// The user for whom it acts.
    created_by: Uuid,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when on it is refused; null when it does not expire.
    expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; null when never.
    last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null when it was not.
    revoked_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a ApiKey> for ApiKeyView<'a> {
    fn from(key: &'a ApiKey) -> Self {
        Self {
            id: key.id,
            name: &key.name,
            prefix: &key.prefix,
            role: &key.role,
            scopes: key.scopes.as_deref(),
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// A key that was made, with the key itself.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedApiKey<'a> {
    /// The key to send as `Authorization: Bearer`. It is shown only now.
    #[schema(example = "avk_3kTMd9YxGq0pWb7f5hR1sVn8aZc2eJ4uLi6oKx0tQyE")]
    key: &'a str,
    /// What is kept of it.
    #[serde(flatten)]
    kept: ApiKeyView<'a>,
}

/// A key to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// What to call it, 1 to 100 characters.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Spreadsheet")]
    name: String,
    /// The role as which it acts at most; the caller's own when absent. Never more than that.
    role: Option<Role>,
    /// The scopes to hold it to, `batches:read` for example; whatever the role may when absent.
    #[schema(example = json!(["batches:read", "analyses:read"]))]
    scopes: Option<Vec<String>>,
    /// From when on it is refused; never when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// Make an API key
///
/// The answer shows the key, once. It acts for its maker, never with more than the maker's role, and is gone with the maker's membership.
#[utoipa::path(
    tag = "api-keys",
    security(("bearer" = ["api_keys:write"])),
    request_body = NewKey,
    responses(
        (status = 201, description = "The key", body = CreatedApiKey<'_>,
            headers(("Location" = String, description = "Where it is revoked"))),
        CreateProblems,
    ),
)]
#[post("/api-keys")]
pub(crate) async fn create_api_key(
    state: web::Data<ApiState>,
    caller: Caller<ApiKeysWrite>,
    Body(new): Body<NewKey>,
) -> Result<HttpResponse, Problem> {
    let terms = KeyTerms {
        name: new.name,
        role: new.role.unwrap_or(caller.0.role),
        scopes: new.scopes.as_deref().map(permissions).transpose()?,
        expires_at: new.expires_at,
    };
    let (key, secret) = state.services.create_api_key(caller.0, &terms).await?;
    let created = CreatedApiKey {
        key: secret.reveal(),
        kept: ApiKeyView::from(&key),
    };
    let location = format!("/api/v1/api-keys/{}", key.id);
    let response = json_response(StatusCode::CREATED, &created)?;
    Ok(shown_once(located(response, &location)))
}

/// The permissions of scopes.
fn permissions(scopes: &[String]) -> Result<Vec<Permission>, Problem> {
    let mut known = Vec::with_capacity(scopes.len());
    let mut errors = Vec::new();
    for (index, scope) in scopes.iter().enumerate() {
        match Permission::of_scope(scope) {
            Some(permission) => known.push(permission),
            None => errors.push(FieldError {
                place: Place::Pointer(format!("/scopes/{index}")),
                code: "UNKNOWN_SCOPE".into(),
                detail: format!("{scope:?} is no scope"),
            }),
        }
    }
    if errors.is_empty() {
        Ok(known)
    } else {
        Err(Problem::invalid(ProblemKind::ValidationFailed, errors))
    }
}

/// List the API keys
///
/// Those of the organisation, newest first, revoked and expired ones included.
#[utoipa::path(
    tag = "api-keys",
    security(("bearer" = ["api_keys:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<ApiKeyView<'_>>), ListProblems),
)]
#[get("/api-keys")]
pub(crate) async fn list_api_keys(
    request: HttpRequest,
    state: web::Data<ApiState>,
    caller: Caller<ApiKeysRead>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cursors = Cursor::of(&"api-keys");
    let after: Option<Uuid> = cursors.place(query.cursor.as_deref())?;
    let limit = i64::from(query.limit) + 1;
    let mut keys = state.services.api_keys(caller.0, after, limit).await?;
    let page = Page::of(
        &mut keys,
        query.limit,
        |key| cursors.after(&key.id),
        ApiKeyView::from,
    );
    page.respond(&request, KEY_BYTES)
}

/// Revoke an API key
///
/// It is refused from now on; other processes of the server follow within five seconds. It stays in the list.
#[utoipa::path(
    tag = "api-keys",
    security(("bearer" = ["api_keys:write"])),
    params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "The revoked key", body = ApiKeyView<'_>), RevokeProblems),
)]
#[delete("/api-keys/{id}")]
pub(crate) async fn revoke_api_key(
    state: web::Data<ApiState>,
    caller: Caller<ApiKeysWrite>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let revoked = state.services.revoke_api_key(caller.0, id.0).await?;
    json_response(StatusCode::OK, &ApiKeyView::from(&revoked))
}
