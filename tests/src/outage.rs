//! A database that a test takes away and gives back, at an address that stays.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use local_postgres::{Cluster, Options};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Database;
use crate::database::throw_away;

/// A cluster of its own, behind a line that can hang. It is gone a moment after the process is.
#[derive(Debug)]
pub struct FailingDatabase {
    options: Options,
    cluster: Cluster,
    line: Line,
    url: String,
}

/// The line to the cluster: it listens at one port, whatever port the cluster has after a restart.
#[derive(Debug)]
struct Line {
    target: watch::Sender<u16>,
    carries: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
}

impl FailingDatabase {
    /// A cluster that is reached.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn start() -> Result<Self> {
        let options = throw_away()?;
        let cluster = Cluster::start(&options)?;
        let port = port_of(&cluster)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = listener.local_addr()?.port();
        let url = cluster
            .url("postgres")
            .replace(&format!(":{port}/"), &format!(":{own}/"));
        let (target, carries) = (watch::Sender::new(port), watch::Sender::new(true));
        let acceptor = tokio::spawn(accept(listener, target.subscribe(), carries.subscribe()));
        Ok(Self {
            options,
            cluster,
            line: Line {
                target,
                carries,
                acceptor,
            },
            url,
        })
    }

    /// Where it is reached.
    #[must_use]
    pub fn database(&self) -> Database {
        Database {
            url: self.url.clone(),
        }
    }

    /// Stops PostgreSQL, as an administrator does who restarts it: every client is disconnected.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(&self) -> Result<()> {
        Ok(self.cluster.stop()?)
    }

    /// Starts PostgreSQL again.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.cluster = Cluster::start(&self.options)?;
        self.line.target.send_replace(port_of(&self.cluster)?);
        Ok(())
    }

    /// Lets the line hang: connections stay, and nothing passes.
    pub fn hang(&self) {
        self.line.carries.send_replace(false);
    }

    /// Lets the line carry again what was held back.
    pub fn go_on(&self) {
        self.line.carries.send_replace(true);
    }
}

impl Drop for FailingDatabase {
    fn drop(&mut self) {
        self.line.acceptor.abort();
        // Whoever cleans up behind the process finds it stopped already.
        let _ = self.cluster.stop();
    }
}

fn port_of(cluster: &Cluster) -> Result<u16> {
    let config: tokio_postgres::Config = cluster.url("postgres").parse()?;
    let port = config.get_ports().first();
    port.copied().context("the URL of the cluster has no port")
}

async fn accept(
    listener: TcpListener,
    target: watch::Receiver<u16>,
    carries: watch::Receiver<bool>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, *target.borrow()));
        let carries = carries.clone();
        tokio::spawn(async move {
            // Where nobody listens, the client finds its connection closed.
            let Ok(server) = TcpStream::connect(target).await else {
                return;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(carry(from_client, to_server, carries.clone()));
            carry(from_server, to_client, carries).await;
        });
    }
}

/// Carries what comes from one side to the other, while the line carries at all.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut carries: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..count) else {
            return;
        };
        if carries.wait_for(|carries| *carries).await.is_err() || to.write_all(bytes).await.is_err()
        {
            return;
        }
    }
}
