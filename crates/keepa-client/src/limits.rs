//! What Keepa would refuse, refused before a token is spent.

use std::fmt::Display;

use crate::error::KeepaError;
use crate::model::Domain;

pub(crate) fn invalid(problem: impl Into<String>) -> KeepaError {
    KeepaError::InvalidRequest(problem.into())
}

/// From 1 to `most` of something.
pub(crate) fn some_up_to(what: &str, count: usize, most: usize) -> Result<(), KeepaError> {
    match count {
        0 => Err(invalid(format!("no {what} are asked for"))),
        _ => up_to(what, count, most),
    }
}

/// At most so many of something.
pub(crate) fn up_to(what: &str, count: usize, most: usize) -> Result<(), KeepaError> {
    if count > most {
        return Err(invalid(format!("{count} {what}, of {most} at most")));
    }
    Ok(())
}

/// A number within bounds, both of them included.
pub(crate) fn within<N: PartialOrd + Display>(
    what: &str,
    number: N,
    least: N,
    most: N,
) -> Result<(), KeepaError> {
    if number < least || number > most {
        return Err(invalid(format!(
            "{what} is from {least} to {most}, not {number}"
        )));
    }
    Ok(())
}

/// ASINs, codes or seller ids: letters and digits. Anything else would be another parameter, or a waste of a token.
pub(crate) fn identifiers<S: AsRef<str>>(ids: &[S]) -> Result<(), KeepaError> {
    let odd = |id: &&str| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match ids.iter().map(AsRef::as_ref).find(odd) {
        Some(id) => Err(invalid(format!("{id:?} is no identifier"))),
        None => Ok(()),
    }
}

/// All endpoints but `/product` know the locales up to Mexico only (grade A).
pub(crate) fn not_brazil(domain: Domain) -> Result<(), KeepaError> {
    if domain == Domain::Brazil {
        return Err(invalid("of amazon.com.br Keepa has products only"));
    }
    Ok(())
}
