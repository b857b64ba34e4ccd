//! How mails leave: by SMTP, or into a folder.

use std::net::Ipv4Addr;

use arbitragevault_services::accounts::mail::{
    Mail, MailError, MailFolder, MailTransport as _, SmtpTransport, check_smtp_url, sender,
};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

fn mail() -> Mail {
    Mail {
        to: "ada@example.com".parse().unwrap(),
        subject: "Set a new password",
        body: "Hello,\n\nopen this link: https://app.example.com\n".to_owned(),
    }
}

/// Takes one mail as an SMTP server does, or refuses its receiver, and returns every line that the client sent.
async fn take_one(listener: TcpListener, answer_to_receiver: &'static str) -> Vec<String> {
    let (stream, _) = listener.accept().await.unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut said = Vec::new();
    let mut is_data = false;
    write.write_all(b"220 here\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.as_str() {
            "." => {
                is_data = false;
                "250 taken"
            }
            _ if is_data => "",
            "DATA" => {
                is_data = true;
                "354 go on"
            }
            "QUIT" => break,
            line if line.starts_with("RCPT") => answer_to_receiver,
            _ => "250 well",
        };
        said.push(line);
        if !answer.is_empty() {
            write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .unwrap();
        }
    }
    said
}

#[tokio::test]
async fn a_mail_reaches_the_smtp_server_whole() {
    for (answer, is_sent) in [("250 well", true), ("550 no such person", false)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(take_one(listener, answer));
        let from = sender("ArbitrageVault <noreply@example.com>").unwrap();
        let transport = SmtpTransport::new(&url, from).unwrap();
        let sent = transport.send(&mail()).await;
        assert_eq!(sent.is_ok(), is_sent, "{sent:?}");
        // The connection is kept for the next mail, and closed with the transport.
        drop(transport);
        let said = server.await.unwrap();
        for line in [
            "MAIL FROM:<noreply@example.com>",
            "RCPT TO:<ada@example.com>",
        ] {
            assert!(said.iter().any(|said| said.starts_with(line)), "{said:#?}");
        }
        for line in [
            "Subject: Set a new password",
            "open this link: https://app.example.com",
        ] {
            assert_eq!(said.iter().any(|said| said == line), is_sent, "{said:#?}");
        }
    }
}

#[tokio::test]
async fn a_mail_is_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("mails");
    let from = sender("ArbitrageVault <noreply@localhost>").unwrap();
    let transport = MailFolder::new(&inside, from);
    transport.send(&mail()).await.unwrap();
    transport.send(&mail()).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(&inside)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("Date: "))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    From: ArbitrageVault <noreply@localhost>
    To: ada@example.com
    Subject: Set a new password

    Hello,

    open this link: https://app.example.com
    ");
    let mode = std::fs::metadata(&files[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_address_that_is_none_of_smtp_is_told_without_its_password() {
    for url in [
        "http://user:hunter2@host",
        "user:hunter2@host",
        "smtp://user:hunter2@host?tls=perhaps",
    ] {
        let error = check_smtp_url(url).unwrap_err();
        assert!(matches!(error, MailError::Configuration(_)));
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    check_smtp_url("smtps://user:hunter2@host").unwrap();
    check_smtp_url("smtp://user:hunter2@host:587?tls=required").unwrap();
}
