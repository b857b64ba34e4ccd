//! Codes by time: RFC 6238 with SHA-1, 30 s and 6 digits, which every authenticator app knows.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use ring::hmac;

use super::super::secret::Secret;

/// Bytes of a secret: the length of a SHA-1 digest (RFC 4226, 4: 160 bits are recommended; grade A).
pub(super) const SECRET_BYTES: usize = 20;

/// Seconds for which a code is shown (RFC 6238, 5.2: 30 is recommended; grade A).
const PERIOD: i64 = 30;

/// Digits of a code (RFC 4226, 5.3: at least 6; grade A), and the number of codes.
const DIGITS: usize = 6;
const CODES: u32 = 1_000_000;

/// Steps before and after the present one whose codes are taken (RFC 6238, 5.2: one for the delay of transmission; the clock of the
/// device may be ahead as well as behind; grade A).
const DRIFT: i64 = 1;

/// The code of a time step (RFC 4226, 5.3).
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let digest = tag.as_ref();
    let offset = digest.last().map_or(0, |last| usize::from(last & 0x0f));
    let number = digest
        .get(offset..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |four| u32::from_be_bytes(*four) & 0x7fff_ffff);
    format!("{:0DIGITS$}", number % CODES)
}

/// The time step whose code this is, now or one step from it; `None` when it is none of these. Blanks that people type are passed over.
pub(super) fn matching_step(secret: &[u8], given: &Secret, now: DateTime<Utc>) -> Option<i64> {
    let given: String = given
        .expose()
        .chars()
        .filter(|char| !char.is_whitespace())
        .collect();
    let present = now.timestamp().div_euclid(PERIOD);
    let steps = (present - DRIFT)..=(present + DRIFT);
    // Every code is compared whole: the time tells nothing.
    steps.fold(None, |found, step| {
        if is_same(code(secret, step).as_bytes(), given.as_bytes()) {
            Some(step)
        } else {
            found
        }
    })
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |difference, (one, other)| difference | (one ^ other))
            == 0
}

/// The secret as people type it.
pub(super) fn written(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// The address that authenticator apps read from a QR code.
pub(super) fn uri(secret: &[u8], account: &str) -> String {
    let account: String = account
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!(
        "otpauth://totp/ArbitrageVault:{account}?secret={}&issuer=ArbitrageVault&algorithm=SHA1&digits={DIGITS}&period={PERIOD}",
        written(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // The appendix shows eight digits, of which the last six are the code of six.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / PERIOD), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_in_its_step_and_one_step_from_it() {
        let step = |seconds, given| matching_step(SECRET, &Secret::new(given), at(seconds));
        for seconds in [1_234_567_860, 1_234_567_890, 1_234_567_919, 1_234_567_949] {
            assert_eq!(step(seconds, "005924"), Some(41_152_263), "{seconds}");
        }
        assert_eq!(step(1_234_567_859, "005924"), None);
        assert_eq!(step(1_234_567_950, "005924"), None);
        assert_eq!(step(1_234_567_890, " 005 924 "), Some(41_152_263));
        for wrong in ["", "5924", "0059245", "005925", "00592４"] {
            assert_eq!(step(1_234_567_890, wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_address_names_the_account() {
        insta::assert_snapshot!(
            uri(SECRET, "ada+books@example.com"),
            @"otpauth://totp/ArbitrageVault:ada%2Bbooks@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ArbitrageVault&algorithm=SHA1&digits=6&period=30"
        );
    }
}
