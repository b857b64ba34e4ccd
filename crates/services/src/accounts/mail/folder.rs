//! Mails as files in a folder, for development: whoever runs the server reads them there.

use std::path::{Path, PathBuf};

use chrono::Utc;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{Mail, MailError, MailTransport};

/// A folder into which every mail is written as a text file of its own; files sort by their time.
#[derive(Debug, Clone)]
pub struct MailFolder {
    folder: PathBuf,
    from: Mailbox,
}

impl MailFolder {
    /// Writes to a folder, which is made when the first mail comes.
    #[must_use]
    pub fn new(folder: &Path, from: Mailbox) -> Self {
        Self {
            folder: folder.to_owned(),
            from,
        }
    }

    async fn write(&self, mail: &Mail) -> std::io::Result<()> {
        let now = Utc::now();
        let text = format!(
            "From: {}\nTo: {}\nDate: {}\nSubject: {}\n\n{}",
            self.from,
            mail.to,
            now.to_rfc2822(),
            mail.subject,
            mail.body
        );
        tokio::fs::create_dir_all(&self.folder).await?;
        let name = format!(
            "{}-{}",
            now.format("%Y%m%dT%H%M%S%.6f"),
            Uuid::now_v7().simple()
        );
        let unfinished = self.folder.join(format!(".{name}"));
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // It holds a token: nobody else reads it.
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&unfinished).await?;
        file.write_all(text.as_bytes()).await?;
        file.flush().await?;
        // Whoever watches the folder finds whole mails only.
        tokio::fs::rename(&unfinished, self.folder.join(format!("{name}.txt"))).await
    }
}

impl MailTransport for MailFolder {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        async { self.write(mail).await.map_err(MailError::Folder) }.boxed()
    }
}
