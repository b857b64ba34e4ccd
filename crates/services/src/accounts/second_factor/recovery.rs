//! Recovery codes: ten, shown once, stored hashed, good for one use each.

use data_encoding::BASE32_NOPAD;
use uuid::Uuid;

use super::super::secret::{Secret, random_bytes, sha256};
use crate::error::ServiceError;

/// Codes of a user (grade M).
const CODES: usize = 10;

/// Random bytes of a code: 80 bits, of which a plain hash gives nothing away (NIST SP 800-63B-4, 3.1.2.2 asks for 64 bits where the
/// hash is not salted; grade A).
const CODE_BYTES: usize = 10;

/// New codes, as people read them: `ABCD-EFGH-IJKL-MNOP`.
pub(super) fn new_codes() -> Result<Vec<Secret>, ServiceError> {
    (0..CODES)
        .map(|_| {
            let bytes: [u8; CODE_BYTES] = random_bytes()?;
            let letters = BASE32_NOPAD.encode(&bytes);
            let groups: Vec<String> = letters
                .as_bytes()
                .chunks(4)
                .map(|group| String::from_utf8_lossy(group).into_owned())
                .collect();
            Ok(Secret::new(groups.join("-")))
        })
        .collect()
}

/// The hash of a user's code, however it is typed.
pub(super) fn hash(user_id: Uuid, code: &Secret) -> Vec<u8> {
    let letters = code
        .expose()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase());
    let text: String = format!("{user_id} ").chars().chain(letters).collect();
    sha256(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_recognised_however_they_are_typed() {
        let codes = new_codes().unwrap();
        let user = Uuid::now_v7();
        let mut hashes: Vec<_> = codes.iter().map(|code| hash(user, code)).collect();
        let first = codes.first().unwrap().expose();
        assert_eq!(first.len(), 19);
        let typed = Secret::new(first.to_lowercase().replace('-', " "));
        assert_eq!(Some(&hash(user, &typed)), hashes.first());
        assert_ne!(Some(&hash(Uuid::now_v7(), &typed)), hashes.first());
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 10);
    }
}
