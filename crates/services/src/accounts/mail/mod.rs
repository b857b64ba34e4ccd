//! Sending mails: by SMTP, or into a folder where there is none.

mod folder;
mod smtp;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use futures_util::future::BoxFuture;
use lettre::Address;
use lettre::message::Mailbox;
use uuid::Uuid;

use crate::error::chain;

pub use folder::MailFolder;
pub use smtp::{SmtpTransport, check_smtp_url};

/// A plain-text mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// The address.
    pub to: Address,
    /// The subject.
    pub subject: &'static str,
    /// The text, in lines.
    pub body: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The sender, or the address of the SMTP server, cannot be read.
    #[error("the configuration of mail is wrong: {0}")]
    Configuration(String),
    /// The mail cannot be written as a message.
    #[error("the mail cannot be written")]
    Message(#[source] lettre::error::Error),
    /// The SMTP server refused it or was not reached.
    #[error("the SMTP server did not take the mail")]
    Smtp(#[source] lettre::transport::smtp::Error),
    /// The file cannot be written.
    #[error("the mail cannot be written to its folder")]
    Folder(#[source] std::io::Error),
}

/// Sends mails.
pub trait MailTransport: fmt::Debug + Send + Sync {
    /// Sends a mail.
    ///
    /// # Errors
    /// When it was not taken.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>>;
}

/// Reads a sender, `ArbitrageVault <noreply@example.com>` for example.
///
/// # Errors
/// When it is none.
pub fn sender(text: &str) -> Result<Mailbox, MailError> {
    text.parse()
        .map_err(|error| MailError::Configuration(format!("{error}")))
}

/// Sends a mail, and again after 2, 10 and 50 s when it was not taken. What is not sent by then is told to the log; its receiver can ask
/// for another.
pub(super) async fn deliver(transport: Arc<dyn MailTransport>, mail: Mail, user_id: Uuid) {
    let waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(2))
        .with_factor(5.0)
        .with_max_times(3);
    let sent = (|| transport.send(&mail)).retry(waits).await;
    match sent {
        Ok(()) => {
            tracing::info!(%user_id, subject = mail.subject, "a mail was sent to user {user_id}")
        }
        Err(error) => {
            tracing::error!(%user_id, subject = mail.subject, error = chain(&error), "a mail to user {user_id} was not sent");
        }
    }
}
