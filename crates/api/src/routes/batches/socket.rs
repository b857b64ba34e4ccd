//! The events of a batch as they happen, by WebSocket.
//!
//! The socket says what the event stream says, one message an event. A client says nothing that matters: only that it lives.

mod bounded;

use std::time::Duration;

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, get, rt, web};
use actix_ws::{CloseCode, CloseReason, Closed, Message, MessageStream, ProtocolError, Session};
use arbitragevault_services::persistence::events::Event;
use serde::Deserialize;
use tokio::time::timeout;
use tracing::Instrument as _;
use utoipa::IntoParams;
use validator::Validate;

use super::follow::{BatchEvent, End, Follower, Wake};
use crate::caller::{BatchesRead, Standing, WEBSOCKET_PROTOCOL};
use crate::extract::{Id, Query};
use crate::problem::{Problem, ProblemKind, problems};
use crate::state::ApiState;

problems!(SocketProblems: InvalidParameter, NotFound, UpgradeRequired, ValidationFailed, Unavailable);

/// Bytes of a frame of a client at most. A client has nothing to say: pongs have 125 bytes at most.
const MAX_FRAME_BYTES: usize = 4_096;

/// Heartbeats without an answer after which a client is taken for gone.
const MISSED_PONGS: u32 = 2;

/// Where to go on.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// The sequence of the last event that was seen; events after it are sent. From the first one when absent.
    #[validate(range(min = 0))]
    #[param(minimum = 0, default = 0)]
    after: Option<i32>,
}

/// Follow a batch by WebSocket
///
/// Each message is a BatchEvent as JSON. Offer the protocol `arbitragevault.v1`; a browser, which cannot set `Authorization` here, offers its
/// credential beside it: `arbitragevault.v1, bearer.<credential>`. The server pings, and says why it closes: 1000 the batch is done,
/// 1001 the server ends (connect again with `after`), 1009 the client sent too much, 1013 the database is out of reach (connect again), 4401
/// the credential is taken no longer, 4404 the batch was deleted, 4408 no pong came.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(("id" = Uuid, Path, description = "The batch"), After),
    responses((status = 101, description = "The events follow; the text of each message is a BatchEvent"), SocketProblems),
)]
#[get("/batches/{id}/ws")]
pub(crate) async fn follow_batch_by_socket(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<ApiState>,
    standing: Standing<BatchesRead>,
    id: Id,
) -> Result<HttpResponse, Problem> {
    let Query(After { after }) = Query::extract(&request).await?;
    let heartbeat = state.settings.event_heartbeat;
    let started = Follower::start(standing, id.0, after.unwrap_or(0), heartbeat);
    let (follower, first) = started.await?;
    let headers = request.headers();
    if !follower.has_credential() && !is_own_page(headers, &state.settings.allowed_origins) {
        return Err(Problem::new(
            ProblemKind::Forbidden,
            "this page may not follow without a credential: its origin is not one of server.allowed_origins",
        ));
    }
    let (mut payload, received) = bounded::bounded(payload);
    let payload = web::Payload::from_request(&request, &mut payload).await;
    let payload = payload.map_err(|error| Problem::internal(error.to_string()))?;
    let (response, session, messages) =
        actix_ws::handle_with_protocols(&request, payload, &[WEBSOCKET_PROTOCOL])
            .map_err(|error| Problem::new(ProblemKind::UpgradeRequired, error.to_string()))?;
    let conversation = Conversation {
        follower,
        session,
        messages: messages.max_frame_size(MAX_FRAME_BYTES),
        received,
        silent_for: 0,
        patience: heartbeat * MISSED_PONGS,
    };
    rt::spawn(conversation.hold(first).in_current_span());
    Ok(response)
}

/// Whether a request comes from a page that may call, or from no page. It matters only where nobody needs a credential: a credential is
/// never sent by the browser itself, so a foreign page has none, and CORS does not cover WebSockets.
fn is_own_page(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let text =
        |value: &actix_web::http::header::HeaderValue| value.to_str().ok().map(str::to_owned);
    let (Some(origin), host) = (text(origin), headers.get(HOST).and_then(text)) else {
        return false;
    };
    let own = origin.split_once("://").map(|(_, authority)| authority);
    allowed.contains(&origin) || (host.is_some() && own == host.as_deref())
}

/// A socket that is open.
struct Conversation {
    follower: Follower,
    session: Session,
    messages: MessageStream,
    /// What the client has sent since its last message.
    received: bounded::Received,
    /// Pings since the last sign of life.
    silent_for: u32,
    /// How long the client may take to read what it was sent, before it is taken for gone.
    patience: Duration,
}

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goodbye {
    End(End),
    /// The client closed it.
    Answer,
    TooLarge,
    Garbled,
    Silent,
}

impl Goodbye {
    fn reason(self) -> CloseReason {
        let (code, description) = match self {
            Self::Answer => (CloseCode::Normal, "goodbye"),
            Self::End(End::Done) => (CloseCode::Normal, "the batch is done"),
            Self::End(End::GoingAway) => (CloseCode::Away, "the server ends: connect again"),
            Self::End(End::Refused) => {
                (CloseCode::Other(4401), "the credential is taken no longer")
            }
            Self::End(End::Gone) => (CloseCode::Other(4404), "the batch was deleted"),
            Self::End(End::Unavailable) => (
                CloseCode::Again,
                "the database is out of reach: connect again",
            ),
            Self::TooLarge => (CloseCode::Size, "a message was too large"),
            Self::Garbled => (CloseCode::Protocol, "a frame could not be read"),
            Self::Silent => (CloseCode::Other(4408), "no pong came"),
        };
        CloseReason {
            code,
            description: Some(description.to_owned()),
        }
    }
}

/// How a socket ends: with a goodbye, or with a client that is gone.
enum Ended {
    Closing(Goodbye),
    Gone,
}

impl From<Closed> for Ended {
    fn from(_: Closed) -> Self {
        Self::Gone
    }
}

impl From<Goodbye> for Ended {
    fn from(goodbye: Goodbye) -> Self {
        Self::Closing(goodbye)
    }
}

impl Conversation {
    /// Tells events until there are no more, or nobody listens.
    async fn hold(mut self, first: Vec<Event>) {
        let Err(ended) = self.talk(first).await;
        match ended {
            Ended::Closing(goodbye) => {
                tracing::debug!(?goodbye, "a socket is closed");
                let closing = self.session.close(Some(goodbye.reason()));
                // One that does not read is dropped with its buffer.
                let _ = timeout(self.patience, closing).await;
            }
            Ended::Gone => tracing::debug!("the client of a socket is gone"),
        }
    }

    async fn talk(&mut self, first: Vec<Event>) -> Result<std::convert::Infallible, Ended> {
        self.tell(&first).await?;
        loop {
            if self.follower.is_done() {
                return Err(Goodbye::End(End::Done).into());
            }
            tokio::select! {
                wake = self.follower.wake() => {
                    let events = self.follower.next(wake).await.map_err(Goodbye::End)?;
                    if wake == Wake::Heartbeat {
                        self.ping().await?;
                    }
                    self.tell(&events).await?;
                }
                message = self.messages.recv() => self.hear(message).await?,
            }
        }
    }

    /// Sends events, as fast as the client reads them.
    async fn tell(&mut self, events: &[Event]) -> Result<(), Ended> {
        for event in events {
            let text = serde_json::to_string(&BatchEvent::from(event));
            let text = text.map_err(|_| Goodbye::End(End::Unavailable))?;
            let sent = timeout(self.patience, self.session.text(text)).await;
            sent.map_err(|_| Goodbye::Silent)??;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Ended> {
        if self.silent_for >= MISSED_PONGS {
            return Err(Goodbye::Silent.into());
        }
        self.silent_for += 1;
        let sent = timeout(self.patience, self.session.ping(b"")).await;
        Ok(sent.map_err(|_| Goodbye::Silent)??)
    }

    /// Hears that the client lives. What it says is ignored.
    async fn hear(&mut self, message: Option<Result<Message, ProtocolError>>) -> Result<(), Ended> {
        self.received.forget();
        match message.ok_or(Ended::Gone)? {
            Ok(Message::Close(_)) => Err(Goodbye::Answer.into()),
            Ok(Message::Ping(bytes)) => {
                self.silent_for = 0;
                let sent = timeout(self.patience, self.session.pong(&bytes)).await;
                Ok(sent.map_err(|_| Goodbye::Silent)??)
            }
            Ok(_) => {
                self.silent_for = 0;
                Ok(())
            }
            Err(ProtocolError::Overflow) => Err(Goodbye::TooLarge.into()),
            Err(ProtocolError::Io(_)) if self.received.is_too_much() => {
                Err(Goodbye::TooLarge.into())
            }
            Err(ProtocolError::Io(_)) => Err(Ended::Gone),
            Err(_) => Err(Goodbye::Garbled.into()),
        }
    }
}
