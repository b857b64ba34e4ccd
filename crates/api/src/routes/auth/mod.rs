//! Accounts: make one, sign in, stay signed in, sign out; one file for each resource.

mod email;
mod login;
mod password;
mod registration;
mod second_factor;
mod sessions;
mod signed_in;
mod wire;

pub(crate) use email::{resend_verification, verify_email};
pub(crate) use login::{refresh, sign_in, sign_out};
pub(crate) use password::{change_password, forget_password, reset_password};
pub(crate) use registration::{read_account, register};
pub(crate) use second_factor::{confirm_second_factor, disable_second_factor, enrol_second_factor};
pub(crate) use sessions::{list_sessions, revoke_other_sessions, revoke_session};

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use arbitragevault_services::accounts::Client;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::request::client_address;
use crate::state::ApiState;

/// Every operation of accounts.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register)
        .service(sign_in)
        .service(refresh)
        .service(sign_out)
        .service(read_account)
        .service(list_sessions)
        .service(revoke_other_sessions)
        .service(revoke_session)
        .service(verify_email)
        .service(resend_verification)
        .service(forget_password)
        .service(reset_password)
        .service(change_password)
        .service(enrol_second_factor)
        .service(confirm_second_factor)
        .service(disable_second_factor);
}

/// The client of a request, for the list of sessions.
fn client_of(request: &HttpRequest, state: &ApiState) -> Client {
    let user_agent = request.headers().get(USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    let trusted = state.settings.trusted_proxies;
    let address = client_address(request.headers(), request.peer_addr(), trusted);
    let address = address.map(|address| address.to_string());
    Client::new(user_agent, address.as_deref())
}
