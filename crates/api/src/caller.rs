//! Who calls, and what the operation needs.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use arbitragevault_services::access::{Credential, Permission};
use arbitragevault_services::{Caller as ServiceCaller, Services};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tracing::Span;

use crate::problem::{Problem, ProblemKind};
use crate::request::count_caller;
use crate::state::ApiState;

/// What an operation needs, as a type.
pub(crate) trait Needs: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// Makes a type for each permission, under its name.
macro_rules! needs {
    ($($permission:ident)*) => {
        $(
            #[doc = concat!("The operation needs [`Permission::", stringify!($permission), "`].")]
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $permission;

            impl Needs for $permission {
                const PERMISSION: Permission = Permission::$permission;
            }
        )*
    };
}

needs! {
    BatchesRead BatchesWrite AnalysesRead AnalysesWrite ProductsRead KeepaRead CalculatorRead ConfigRead ConfigWrite AuditRead ApiKeysRead ApiKeysWrite OrganisationRead
    OrganisationWrite OwnershipWrite MembersRead MembersWrite InvitationsRead InvitationsWrite AccountWrite
}

/// The caller of a request, who may do what the operation needs. There is no caller without a need, so that no handler can forget to
/// name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<N>(pub(crate) ServiceCaller, PhantomData<N>);

impl<N: Needs> FromRequest for Caller<N> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = caller_of(request);
        async move {
            let caller = caller.await?;
            caller.require(N::PERMISSION)?;
            Ok(Self(caller, PhantomData))
        }
        .boxed_local()
    }
}

/// A caller whom a middleware has made out already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownCaller(pub(crate) ServiceCaller);

/// Whom the credential of a request stands for, whose requests are counted.
pub(crate) fn caller_of(
    request: &HttpRequest,
) -> impl Future<Output = Result<ServiceCaller, Problem>> + use<> {
    let known = request.extensions().get::<KnownCaller>().copied();
    let bearer = bearer(request);
    let request = request.clone();
    async move {
        if let Some(KnownCaller(caller)) = known {
            return Ok(caller);
        }
        let state = request.app_data::<web::Data<ApiState>>();
        let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
        let caller = match bearer? {
            Some(text) => {
                let credential = Credential::from_bearer(&text);
                let caller = state.services.authenticate(credential).await?;
                let counted = (caller.subject(), caller.request_quota);
                count_caller(&request, state, counted).await?;
                caller
            }
            None if state.settings.auth_required => {
                return Err(Problem::new(
                    ProblemKind::Unauthenticated,
                    "the request has no credential: send Authorization: Bearer avk_…",
                ));
            }
            None => ServiceCaller::default_owner(),
        };
        Span::current().record("user_id", tracing::field::display(caller.user_id));
        Ok(caller)
    }
}

/// A caller whose stream lasts: the credential is looked at again, since it may be revoked meanwhile.
pub(crate) struct Standing<N> {
    pub(crate) caller: ServiceCaller,
    pub(crate) services: Services,
    bearer: Option<String>,
    need: PhantomData<N>,
}

impl<N: Needs> FromRequest for Standing<N> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::<N>::from_request(request, payload);
        let bearer = bearer(request);
        let state = request.app_data::<web::Data<ApiState>>().cloned();
        async move {
            let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
            Ok(Self {
                caller: caller.await?.0,
                services: state.services.clone(),
                bearer: bearer?,
                need: PhantomData,
            })
        }
        .boxed_local()
    }
}

impl<N: Needs> Standing<N> {
    /// Whether there is a credential. Without one, everybody is the owner.
    pub(crate) fn has_credential(&self) -> bool {
        self.bearer.is_some()
    }

    /// Holds that the credential is still taken, for the same caller, and that the caller still may.
    pub(crate) async fn still_may(&self) -> Result<(), Problem> {
        let Some(bearer) = &self.bearer else {
            return Ok(());
        };
        let credential = Credential::from_bearer(bearer);
        let caller = self.services.authenticate(credential).await?;
        let who = |caller: &ServiceCaller| (caller.organisation_id, caller.user_id);
        if who(&caller) != who(&self.caller) {
            let detail = "the credential stands for somebody else by now";
            return Err(Problem::new(ProblemKind::Unauthenticated, detail));
        }
        Ok(caller.require(N::PERMISSION)?)
    }
}

/// The protocol of our WebSockets, which a client offers and the server chooses.
pub(crate) const WEBSOCKET_PROTOCOL: &str = "arbitragevault.v1";

/// The credential that a browser sends with a WebSocket, for which it cannot set `Authorization`: offered as a protocol beside ours,
/// `arbitragevault.v1, bearer.<credential>`. Our answer never chooses it.
fn bearer_of_websocket(request: &HttpRequest) -> Option<String> {
    let upgrade = request.headers().get(UPGRADE)?.to_str().ok()?;
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return None;
    }
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let offered: Vec<&str> = offered
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .map(str::trim)
        .collect();
    if !offered.contains(&WEBSOCKET_PROTOCOL) {
        return None;
    }
    let mut credentials = offered.iter().filter_map(|one| one.strip_prefix("bearer."));
    credentials.next().map(str::to_owned)
}

/// The credential of the request; `None` when it has none.
fn bearer(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let Some(header) = headers.next() else {
        return Ok(bearer_of_websocket(request));
    };
    let text = header.to_str().ok().filter(|_| headers.next().is_none());
    let parts = text.and_then(|text| text.split_once(' '));
    match parts {
        Some((scheme, credential))
            if scheme.eq_ignore_ascii_case("bearer") && !credential.trim().is_empty() =>
        {
            Ok(Some(credential.trim().to_owned()))
        }
        _ => Err(Problem::new(
            ProblemKind::Unauthenticated,
            "the Authorization header cannot be read: send it once, as Bearer avk_…",
        )),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_one_bearer_credential_is_read() {
        let read = |headers: &[&str]| {
            let request = headers
                .iter()
                .fold(TestRequest::default(), |request, header| {
                    request.append_header((AUTHORIZATION, *header))
                });
            bearer(&request.to_http_request())
        };
        assert_eq!(read(&[]).unwrap(), None);
        for good in ["Bearer avk_1", "bearer avk_1", "BEARER   avk_1 "] {
            assert_eq!(read(&[good]).unwrap().as_deref(), Some("avk_1"), "{good}");
        }
        for bad in [
            &["avk_1"][..],
            &["Basic avk_1"],
            &["Bearer "],
            &["Bearer"],
            &["Bearer a", "Bearer b"],
        ] {
            let problem = read(bad).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::Unauthenticated, "{bad:?}");
        }
    }
}
