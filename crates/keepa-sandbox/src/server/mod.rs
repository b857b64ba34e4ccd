//! The server's life: its thread, its address, its end.

mod answer;
mod asked;
mod canvas;
mod endpoint;
mod products;
mod routes;
mod shared;
mod steering;
mod watch;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer, web};

use crate::config::{SandboxConfig, SandboxError};
use shared::Shared;

/// Header on every answer, so that no one takes the sandbox for Keepa.
const MARK: &str = "X-Keepa-Sandbox";

/// How long a connection may idle: a client on a busy machine is not hurried.
const PATIENCE: Duration = Duration::from_secs(75);

/// A running sandbox; stopped when dropped.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Reads the corpus if there is one, and serves on `addr` (port 0 picks a free one) from a
    /// thread of its own. Returns once requests are accepted.
    ///
    /// # Errors
    /// When the corpus is unusable or the address cannot be listened on.
    pub fn start(config: SandboxConfig, addr: SocketAddr) -> Result<Self, SandboxError> {
        let mark = if config.corpus.is_some() {
            "recorded"
        } else {
            "generated"
        };
        let shared = web::Data::new(Shared::new(&config)?);
        let (tell, told) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("keepa-sandbox".into())
            .spawn(move || serve(shared, mark, addr, &tell))
            .map_err(SandboxError::Thread)?;
        let (addr, handle) = told.recv().map_err(|_| SandboxError::Ended)??;
        tracing::info!(%addr, mode = mark, "Keepa sandbox listens");
        Ok(Self {
            addr,
            handle,
            thread: Some(thread),
        })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL to give a Keepa client, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Closes all connections and waits for the threads to end.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The command is sent at the call; the future only waits for it, as the join below does.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sandbox's thread panicked");
        }
    }
}

type Started = Result<(SocketAddr, ServerHandle), SandboxError>;

fn serve(
    shared: web::Data<Shared>,
    mark: &'static str,
    addr: SocketAddr,
    tell: &mpsc::Sender<Started>,
) {
    actix_web::rt::System::new().block_on(async move {
        actix_web::rt::spawn(watch::keep_looking(web::Data::clone(&shared)));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .wrap(DefaultHeaders::new().add((MARK, mark)))
                .configure(routes::configure)
        })
        .workers(2)
        .keep_alive(PATIENCE)
        .client_request_timeout(PATIENCE)
        .disable_signals()
        .bind(addr)
        .map_err(|source| SandboxError::Bind { addr, source });
        let server = match server {
            Ok(server) => server,
            Err(error) => {
                let _ = tell.send(Err(error));
                return;
            }
        };
        let bound = server.addrs().first().copied().unwrap_or(addr);
        let running = server.run();
        // Nobody listens any more only when the starter is gone, and then nothing is to be served.
        if tell.send(Ok((bound, running.handle()))).is_ok()
            && let Err(error) = running.await
        {
            tracing::error!(%error, "the sandbox ended");
        }
    });
}
