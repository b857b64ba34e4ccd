//! An issuer of tokens: its discovery document, its keys, and the tokens that it signs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "it serves tests, which fail by panicking"
)]

use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};

/// A key of an issuer.
#[derive(Debug, Clone)]
pub struct Signer {
    kid: String,
    key: Arc<Key>,
}

#[derive(Debug)]
enum Key {
    Ed(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl Signer {
    /// A new Ed25519 key with an id.
    #[must_use]
    pub fn ed(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self::of(kid, Key::Ed(pair))
    }

    /// A new P-256 key with an id.
    #[must_use]
    pub fn p256(kid: &str) -> Self {
        let (sort, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(sort, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(sort, document.as_ref(), &random).unwrap();
        Self::of(kid, Key::P256(pair))
    }

    fn of(kid: &str, key: Key) -> Self {
        Self {
            kid: kid.to_owned(),
            key: Arc::new(key),
        }
    }

    fn algorithm(&self) -> &'static str {
        match &*self.key {
            Key::Ed(_) => "EdDSA",
            Key::P256(_) => "ES256",
        }
    }

    fn jwk(&self) -> Value {
        match &*self.key {
            Key::Ed(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.kid, "alg": "EdDSA",
                "x": encoded(pair.public_key()),
            }),
            Key::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid,
                    "x": encoded(&point[1..33]), "y": encoded(&point[33..]),
                })
            }
        }
    }

    /// A token with these claims.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm(), "typ": "JWT", "kid": self.kid});
        let message = format!(
            "{}.{}",
            encoded(header.to_string()),
            encoded(claims.to_string())
        );
        let signature = match &*self.key {
            Key::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Key::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message.as_bytes());
                signature.unwrap().as_ref().to_vec()
            }
        };
        format!("{message}.{}", encoded(signature))
    }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[derive(Debug, Default)]
struct State {
    url: String,
    signers: Vec<Signer>,
    is_broken: bool,
    asked: usize,
}

/// An issuer at a port of this machine.
#[derive(Debug)]
pub struct Issuer {
    /// Its address, and its name in tokens.
    pub url: String,
    state: Arc<Mutex<State>>,
    handle: ServerHandle,
}

impl Issuer {
    /// An issuer with these keys.
    #[must_use]
    pub fn start(signers: &[Signer]) -> Self {
        let state = Arc::new(Mutex::new(State {
            signers: signers.to_vec(),
            ..State::default()
        }));
        let served = Arc::clone(&state);
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::from(Arc::clone(&served)))
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(discovery),
                )
                .route("/keys", web::get().to(keys))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        state.lock().unwrap().url.clone_from(&url);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, state, handle }
    }

    /// Has these keys from now on.
    pub fn rotate(&self, signers: &[Signer]) {
        self.state.lock().unwrap().signers = signers.to_vec();
    }

    /// Answers with errors, or rightly again.
    pub fn break_down(&self, is_broken: bool) {
        self.state.lock().unwrap().is_broken = is_broken;
    }

    /// How often the keys were asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// Is gone from its port.
    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

async fn discovery(state: web::Data<Mutex<State>>) -> HttpResponse {
    let state = state.lock().unwrap();
    if state.is_broken {
        return HttpResponse::InternalServerError().finish();
    }
    let url = &state.url;
    HttpResponse::Ok().json(json!({"issuer": url, "jwks_uri": format!("{url}/keys")}))
}

async fn keys(state: web::Data<Mutex<State>>) -> HttpResponse {
    let mut state = state.lock().unwrap();
    state.asked += 1;
    if state.is_broken {
        return HttpResponse::InternalServerError().finish();
    }
    let mut keys: Vec<Value> = state.signers.iter().map(Signer::jwk).collect();
    // A key of a kind that nobody here knows spoils nothing.
    keys.push(json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "next century", "pub": "AAAA"}));
    HttpResponse::Ok().json(json!({ "keys": keys }))
}
