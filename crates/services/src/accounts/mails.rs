//! The mails of accounts, word for word.

use arbitragevault_persistence::account_tokens::Purpose;
use chrono::{DateTime, Utc};

use super::secret::Secret;

/// Subject and body of a mail.
#[derive(Debug)]
pub(super) struct MailText {
    pub(super) subject: &'static str,
    pub(super) body: String,
}

/// What the mail of a one-time token says.
struct Wording {
    subject: &'static str,
    ask: &'static str,
    page: &'static str,
    operation: &'static str,
    unasked: &'static str,
}

const VERIFY: Wording = Wording {
    subject: "Confirm your e-mail address",
    ask: "Please confirm that this is your e-mail address",
    page: "verify-email",
    operation: "/api/v1/auth/email/verify",
    unasked: "If you did not make an account with ArbitrageVault, ignore this mail: nothing will happen.",
};

const RESET: Wording = Wording {
    subject: "Set a new password",
    ask: "Somebody, most likely you, asked to set a new password for your account",
    page: "reset-password",
    operation: "/api/v1/auth/password/reset",
    unasked: "If it was not you, ignore this mail: your password stays as it is.",
};

/// The mail that carries a one-time token: as a link to a page of the application, or as the bare token where there is none.
///
/// It does not greet by name: anybody can make an account with another person's address, and would choose the words of our mail to them.
pub(super) fn one_time(
    purpose: Purpose,
    app_url: Option<&str>,
    token: &Secret,
    expires_at: DateTime<Utc>,
) -> MailText {
    let wording = match purpose {
        Purpose::VerifyEmail => &VERIFY,
        Purpose::ResetPassword => &RESET,
    };
    let (how, what) = match app_url {
        Some(url) => {
            let url = url.trim_end_matches('/');
            let link = format!("{url}/{}#token={}", wording.page, token.expose());
            ("Open this link:".to_owned(), link)
        }
        None => (
            format!("Send this token to {}:", wording.operation),
            token.expose().to_owned(),
        ),
    };
    let body = format!(
        "Hello,\n\n{ask}. {how}\n\n    {what}\n\nIt works once, until {until}.\n\n{unasked}\n\n-- \nArbitrageVault\n",
        ask = wording.ask,
        until = expires_at.format("%-d %B %Y, %H:%M UTC"),
        unasked = wording.unasked,
    );
    MailText {
        subject: wording.subject,
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_says_what_to_do_until_when_and_what_if_nobody_asked() {
        let expires_at = "2026-11-28T09:05:00Z".parse().unwrap();
        let text = |purpose, url| {
            let text = one_time(purpose, url, &Secret::new("t0ken"), expires_at);
            format!("{}\n\n{}", text.subject, text.body)
        };
        insta::assert_snapshot!(text(Purpose::VerifyEmail, Some("https://app.example.com/")), @r"
        Confirm your e-mail address

        Hello,

        Please confirm that this is your e-mail address. Open this link:

            https://app.example.com/verify-email#token=t0ken

        It works once, until 28 November 2026, 09:05 UTC.

        If you did not make an account with ArbitrageVault, ignore this mail: nothing will happen.

        -- 
        ArbitrageVault
        ");
        insta::assert_snapshot!(text(Purpose::ResetPassword, None), @r"
        Set a new password

        Hello,

        Somebody, most likely you, asked to set a new password for your account. Send this token to /api/v1/auth/password/reset:

            t0ken

        It works once, until 28 November 2026, 09:05 UTC.

        If it was not you, ignore this mail: your password stays as it is.

        -- 
        ArbitrageVault
        ");
    }
}
