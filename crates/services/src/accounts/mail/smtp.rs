//! Mails by SMTP.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{Mail, MailError, MailTransport};

/// How long the server may take for a step (grade M).
const PATIENCE: Duration = Duration::from_secs(20);

/// An SMTP server.
pub struct SmtpTransport {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpTransport {
    /// The server at a URL: `smtps://user:password@host` for TLS from the start, `smtp://user:password@host:587?tls=required` for
    /// STARTTLS. Must be called, and used, on one runtime.
    ///
    /// # Errors
    /// When the URL is none of SMTP; the text does not repeat it, which may hold a password.
    pub fn new(url: &str, from: Mailbox) -> Result<Self, MailError> {
        Ok(Self {
            server: builder(url)?.timeout(Some(PATIENCE)).build(),
            from,
        })
    }

    async fn deliver(&self, mail: &Mail) -> Result<(), MailError> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.clone()))
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(MailError::Message)?;
        self.server.send(message).await.map_err(MailError::Smtp)?;
        Ok(())
    }
}

impl MailTransport for SmtpTransport {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        self.deliver(mail).boxed()
    }
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmtpTransport")
    }
}

/// Reads the URL of an SMTP server without connecting.
///
/// # Errors
/// When it is none; the text does not repeat it, which may hold a password.
pub fn check_smtp_url(url: &str) -> Result<(), MailError> {
    builder(url).map(drop)
}

fn builder(url: &str) -> Result<AsyncSmtpTransportBuilder, MailError> {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
        let wrong =
            "must be smtps://user:password@host or smtp://user:password@host:587?tls=required";
        MailError::Configuration(wrong.to_owned())
    })
}
