//! How each operation is called, by whom it may be at least, and what it then answers.

use serde_json::{Value, json};

use super::ROLES;
use crate::support::{Answer, DEFAULT_ORGANISATION, DEFAULT_USER, TestServer, World};

/// Operations that everybody may call, with a path of each.
pub(super) const PUBLIC: [(&str, &str); 5] = [
    ("GET /health", "/health"),
    ("GET /health/detailed", "/health/detailed"),
    ("GET /health/dependencies", "/health/dependencies"),
    ("GET /metrics", "/metrics"),
    ("GET /problems/{kind}", "/problems/forbidden"),
];

/// Operations of accounts that everybody may call: what they ask for proves who calls. Each is called without any of it.
pub(super) const OPEN: [&str; 6] = [
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/email/verify",
    "POST /api/v1/auth/password/forgot",
    "POST /api/v1/auth/password/reset",
];

/// Operations of one's own account: for who is signed in, and for no key. With the body that each needs to be understood.
pub(super) fn own_account() -> Vec<(&'static str, Option<Value>)> {
    let password = || json!({"password": "correct horse battery staple"});
    vec![
        ("GET /api/v1/auth/me", None),
        ("POST /api/v1/auth/logout", None),
        ("GET /api/v1/auth/sessions", None),
        ("DELETE /api/v1/auth/sessions/{id}", None),
        ("POST /api/v1/auth/sessions/revoke-others", None),
        ("POST /api/v1/auth/email/resend", None),
        (
            "PUT /api/v1/auth/password",
            Some(
                json!({"current_password": "correct horse battery staple", "new_password": "another horse battery staple"}),
            ),
        ),
        ("POST /api/v1/auth/totp/enrol", Some(password())),
        (
            "POST /api/v1/auth/totp/confirm",
            Some(json!({"totp_code": "123456"})),
        ),
        ("POST /api/v1/auth/totp/disable", Some(password())),
    ]
}

/// Whom the document says that an operation is for.
#[derive(Debug, PartialEq)]
pub(super) enum For {
    Everybody,
    /// Who is signed in.
    OwnAccount,
    /// Who has the scope.
    Scope(String),
}

impl For {
    pub(super) fn scope(&self) -> Option<&str> {
        match self {
            Self::Scope(scope) => Some(scope),
            _ => None,
        }
    }
}

/// What the `{…}` of a path is, made anew for every call.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Object {
    Nothing,
    Batch,
    Analysis,
    ApiKey,
    Member,
    Invitation,
    /// A book, which belongs to no tenant.
    Product,
    /// A scope of the configuration, which every organisation has of its own.
    Scope,
}

/// How an operation is called, by whom it may be at least, and what it then answers.
pub(super) struct Case {
    pub(super) operation: &'static str,
    pub(super) least: &'static str,
    pub(super) object: Object,
    pub(super) body: Option<Value>,
    pub(super) status: u16,
}

fn case(
    operation: &'static str,
    least: &'static str,
    object: Object,
    body: Option<Value>,
    status: u16,
) -> Case {
    Case {
        operation,
        least,
        object,
        body,
        status,
    }
}

/// A case for every operation that is not public.
pub(super) fn cases() -> Vec<Case> {
    use Object::{Analysis, ApiKey, Batch, Invitation, Member, Nothing, Product, Scope};
    let list = || Some(json!({"items": ["9789999500005"]}));
    let sale = || {
        json!({"price": "24.99", "date": "2026-11-23",
               "package": {"length_mm": 229, "width_mm": 152, "height_mm": 25, "weight_g": 454}})
    };
    let values = || Some(json!({"values": {"profit": {"target_roi_percent": 35}}}));
    let new_key = || Some(json!({"name": "Made in a test", "role": "VIEWER"}));
    vec![
        case("GET /api/v1/analyses", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/analyses/top", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/analyses/{id}", "VIEWER", Analysis, None, 200),
        case(
            "POST /api/v1/analyses",
            "ANALYST",
            Nothing,
            Some(json!({"identifier": "9789999500005"})),
            201,
        ),
        case("GET /api/v1/batches", "VIEWER", Nothing, None, 200),
        case("POST /api/v1/batches", "ANALYST", Nothing, list(), 202),
        case(
            "POST /api/v1/batches/estimate",
            "VIEWER",
            Nothing,
            list(),
            200,
        ),
        case("GET /api/v1/batches/{id}", "VIEWER", Batch, None, 200),
        case("DELETE /api/v1/batches/{id}", "ANALYST", Batch, None, 204),
        case("GET /api/v1/batches/{id}/items", "VIEWER", Batch, None, 200),
        // Its stream is over: it has no event to come.
        case(
            "GET /api/v1/batches/{id}/events",
            "VIEWER",
            Batch,
            None,
            204,
        ),
        // No handshake of a WebSocket.
        case("GET /api/v1/batches/{id}/ws", "VIEWER", Batch, None, 426),
        case(
            "GET /api/v1/batches/{id}/export",
            "VIEWER",
            Batch,
            None,
            200,
        ),
        // It is done already.
        case(
            "POST /api/v1/batches/{id}/cancel",
            "ANALYST",
            Batch,
            None,
            409,
        ),
        case(
            "POST /api/v1/batches/{id}/retry",
            "ANALYST",
            Batch,
            None,
            409,
        ),
        case(
            "PATCH /api/v1/batches/{id}/status",
            "ANALYST",
            Batch,
            Some(json!({"status": "CANCELLED"})),
            409,
        ),
        case("GET /api/v1/config", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/config/effective", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/config/{scope}", "VIEWER", Scope, None, 200),
        case("PUT /api/v1/config/{scope}", "ADMIN", Scope, values(), 200),
        case(
            "PATCH /api/v1/config/{scope}",
            "ADMIN",
            Scope,
            values(),
            200,
        ),
        case("DELETE /api/v1/config/{scope}", "ADMIN", Scope, None, 200),
        case(
            "GET /api/v1/config/{scope}/versions",
            "VIEWER",
            Scope,
            None,
            200,
        ),
        case(
            "POST /api/v1/config/{scope}/rollback",
            "ADMIN",
            Scope,
            Some(json!({"version": 0})),
            200,
        ),
        case(
            "POST /api/v1/config/preview",
            "VIEWER",
            Nothing,
            Some(json!({"scope": "global", "values": {}})),
            200,
        ),
        case("GET /api/v1/audit-events", "ADMIN", Nothing, None, 200),
        // Nothing was kept of what it rests on.
        case(
            "POST /api/v1/analyses/{id}/replay",
            "VIEWER",
            Analysis,
            None,
            409,
        ),
        case("GET /api/v1/keepa/tokens", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/keepa/usage", "VIEWER", Nothing, None, 200),
        case("GET /api/v1/products/{asin}", "VIEWER", Product, None, 200),
        case(
            "GET /api/v1/products/{asin}/history",
            "VIEWER",
            Product,
            None,
            200,
        ),
        case(
            "POST /api/v1/calculator/fees",
            "VIEWER",
            Nothing,
            Some(json!({"sale": sale()})),
            200,
        ),
        case(
            "POST /api/v1/calculator/profit",
            "VIEWER",
            Nothing,
            Some(json!({"sale": sale(), "buy_price": "4.50"})),
            200,
        ),
        case(
            "POST /api/v1/calculator/max-buy-price",
            "VIEWER",
            Nothing,
            Some(json!({"sale": sale()})),
            200,
        ),
        case("GET /api/v1/api-keys", "ADMIN", Nothing, None, 200),
        case("POST /api/v1/api-keys", "ADMIN", Nothing, new_key(), 201),
        case("DELETE /api/v1/api-keys/{id}", "ADMIN", ApiKey, None, 200),
        case(
            "GET /api/v1/organisations/current",
            "VIEWER",
            Nothing,
            None,
            200,
        ),
        case(
            "PATCH /api/v1/organisations/current",
            "ADMIN",
            Nothing,
            Some(json!({"name": "Riverside Books"})),
            200,
        ),
        case(
            "GET /api/v1/organisations/current/quotas",
            "VIEWER",
            Nothing,
            None,
            200,
        ),
        // The default organisation stays.
        case(
            "DELETE /api/v1/organisations/current",
            "OWNER",
            Nothing,
            None,
            409,
        ),
        case(
            "GET /api/v1/organisations/current/members",
            "VIEWER",
            Nothing,
            None,
            200,
        ),
        case(
            "PATCH /api/v1/organisations/current/members/{id}",
            "ADMIN",
            Member,
            Some(json!({"role": "ANALYST"})),
            200,
        ),
        case(
            "DELETE /api/v1/organisations/current/members/{id}",
            "ADMIN",
            Member,
            None,
            204,
        ),
        case(
            "GET /api/v1/organisations/current/invitations",
            "ADMIN",
            Nothing,
            None,
            200,
        ),
        case(
            "POST /api/v1/organisations/current/invitations",
            "ADMIN",
            Nothing,
            Some(json!({"email": "ann@example.com", "role": "VIEWER"})),
            201,
        ),
        case(
            "DELETE /api/v1/organisations/current/invitations/{id}",
            "ADMIN",
            Invitation,
            None,
            204,
        ),
        // Nobody has given out this token.
        case(
            "POST /api/v1/invitations/accept",
            "VIEWER",
            Nothing,
            Some(json!({"token": "avi_none"})),
            404,
        ),
    ]
}

impl Case {
    pub(super) fn least_rank(&self) -> usize {
        rank(self.least)
    }

    /// Calls the operation, with an object of its own when it needs one.
    pub(super) async fn call(
        &self,
        world: &World,
        server: &TestServer,
        credential: Option<&str>,
    ) -> Answer {
        let (method, path) = self.operation.split_once(' ').unwrap();
        let object = self.object.make(world).await;
        let path = path
            .replace("{id}", &object)
            .replace("{asin}", &object)
            .replace("{scope}", &object);
        let mut request = server
            .anonymous(method.parse().unwrap(), &path)
            .header("If-Match", "*");
        if let Some(credential) = credential {
            request = request.bearer_auth(credential);
        }
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        Answer::of(request.send().await.unwrap()).await
    }
}

pub(super) fn rank(role: &str) -> usize {
    ROLES.iter().position(|(name, ..)| *name == role).unwrap()
}

impl Object {
    /// Makes one in the default organisation, and returns what stands for it in a path.
    pub(super) async fn make(self, world: &World) -> String {
        let statement = match self {
            Self::Nothing => return String::new(),
            Self::Product => return "9999500013".to_owned(),
            Self::Scope => return "global".to_owned(),
            Self::Batch => {
                "INSERT INTO batches (id, organisation_id, name, status, marketplace, configuration, total_items, created_at, finished_at)
                 VALUES (gen_random_uuid(), '$organisation', 'Done', 'COMPLETED', 'US', '{}', 0, now(), now()) RETURNING id::text"
            }
            Self::Analysis => {
                "INSERT INTO analyses (id, organisation_id, asin, marketplace, currency, source, engine_version, as_of, quantity, condition,
                                       fulfilment, recommendation, main_reason, flags, summary, document, created_at)
                 VALUES (gen_random_uuid(), '$organisation', '9999500013', 'US', 'USD', 'GENERATED', 1, now(), 1, 'GOOD', 'FBA', 'PASS',
                         'Because', '{}', '{}', '{}', now()) RETURNING id::text"
            }
            Self::ApiKey => {
                "INSERT INTO api_keys (id, organisation_id, created_by, name, prefix, hash, role, created_at)
                 VALUES (gen_random_uuid(), '$organisation', '$owner', 'Old', 'avk_old', sha256(convert_to(gen_random_uuid()::text, 'UTF8')),
                         'VIEWER', now()) RETURNING id::text"
            }
            Self::Member => {
                "WITH made AS (INSERT INTO users (id, email, display_name)
                               VALUES (gen_random_uuid(), gen_random_uuid() || '@example.com', 'New') RETURNING id)
                 INSERT INTO memberships (user_id, organisation_id, role) SELECT id, '$organisation', 'VIEWER' FROM made RETURNING user_id::text"
            }
            Self::Invitation => {
                "INSERT INTO invitations (id, organisation_id, email, role, hash, created_at, expires_at)
                 VALUES (gen_random_uuid(), '$organisation', 'bob@example.com', 'VIEWER',
                         sha256(convert_to(gen_random_uuid()::text, 'UTF8')), now(), now() + interval '1 day') RETURNING id::text"
            }
        };
        let statement = statement
            .replace("$organisation", DEFAULT_ORGANISATION)
            .replace("$owner", DEFAULT_USER);
        let made = world.text(&statement).await;
        world.begin_streams().await;
        made
    }
}
