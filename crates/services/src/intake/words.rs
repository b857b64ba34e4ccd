//! The words by which people name conditions and ways of fulfilment.

use arbitragevault_domain::acquisition::{Condition, Fulfilment};

use super::refusal::{Refusal, shown};

/// What each condition is called, in lower case without spaces and punctuation: Amazon's names, those of its flat files, the
/// short forms of scouting applications, and our own names on the wire.
const CONDITIONS: [(&str, Condition); 27] = [
    ("new", Condition::New),
    ("brandnew", Condition::New),
    ("newnew", Condition::New),
    ("n", Condition::New),
    ("likenew", Condition::UsedLikeNew),
    ("usedlikenew", Condition::UsedLikeNew),
    ("asnew", Condition::UsedLikeNew),
    ("usedasnew", Condition::UsedLikeNew),
    ("ln", Condition::UsedLikeNew),
    ("uln", Condition::UsedLikeNew),
    ("verygood", Condition::UsedVeryGood),
    ("usedverygood", Condition::UsedVeryGood),
    ("vgood", Condition::UsedVeryGood),
    ("usedvgood", Condition::UsedVeryGood),
    ("vg", Condition::UsedVeryGood),
    ("uvg", Condition::UsedVeryGood),
    ("usedvg", Condition::UsedVeryGood),
    ("good", Condition::UsedGood),
    ("usedgood", Condition::UsedGood),
    ("g", Condition::UsedGood),
    ("ug", Condition::UsedGood),
    ("acceptable", Condition::UsedAcceptable),
    ("usedacceptable", Condition::UsedAcceptable),
    ("acc", Condition::UsedAcceptable),
    ("usedacc", Condition::UsedAcceptable),
    ("a", Condition::UsedAcceptable),
    ("ua", Condition::UsedAcceptable),
];

/// What each way of fulfilment is called, in the same form.
const FULFILMENTS: [(&str, Fulfilment); 19] = [
    ("fba", Fulfilment::Fba),
    ("afn", Fulfilment::Fba),
    ("amazon", Fulfilment::Fba),
    ("amazonna", Fulfilment::Fba),
    ("amazoneu", Fulfilment::Fba),
    ("fulfilledbyamazon", Fulfilment::Fba),
    ("fulfilmentbyamazon", Fulfilment::Fba),
    ("fulfillmentbyamazon", Fulfilment::Fba),
    ("amazonfulfilled", Fulfilment::Fba),
    ("fbm", Fulfilment::Fbm),
    ("mfn", Fulfilment::Fbm),
    ("mf", Fulfilment::Fbm),
    ("merchant", Fulfilment::Fbm),
    ("seller", Fulfilment::Fbm),
    ("self", Fulfilment::Fbm),
    ("fulfilledbymerchant", Fulfilment::Fbm),
    ("fulfilmentbymerchant", Fulfilment::Fbm),
    ("fulfillmentbymerchant", Fulfilment::Fbm),
    ("merchantfulfilled", Fulfilment::Fbm),
];

/// A condition that was named, or only half named.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// For certain.
    Exactly(Condition),
    /// "Used" and no more: the grade is ours.
    UsedOfUnknownGrade,
}

/// Reads a condition; `None` where the cell is blank.
///
/// A plus or minus behind a grade makes it another grade, which Amazon does not have, so it is refused. Bare numbers are
/// refused, because Amazon's flat files and Keepa number the conditions differently.
pub(super) fn condition(text: &str) -> Result<Option<Named>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let word = squeeze(text);
    let found = CONDITIONS.iter().find(|(name, _)| *name == word);
    match found {
        _ if text.ends_with(['+', '-']) => Err(unknown_condition(text)),
        Some((_, condition)) => Ok(Some(Named::Exactly(*condition))),
        None if word == "used" || word == "u" => Ok(Some(Named::UsedOfUnknownGrade)),
        None => Err(unknown_condition(text)),
    }
}

fn unknown_condition(text: &str) -> Refusal {
    Refusal::new(
        "CONDITION_UNKNOWN",
        format!(
            "the condition {:?} is not known: write new, like new, very good, good or acceptable, or leave it blank",
            shown(text)
        ),
    )
}

/// Reads a way of fulfilment; `None` where the cell is blank.
pub(super) fn fulfilment(text: &str) -> Result<Option<Fulfilment>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let word = squeeze(text);
    let found = FULFILMENTS.iter().find(|(name, _)| *name == word);
    found
        .map(|(_, fulfilment)| Some(*fulfilment))
        .ok_or_else(|| {
            Refusal::new(
                "FULFILMENT_UNKNOWN",
                format!(
                    "the fulfilment {:?} is not known: write FBA or FBM, or leave it blank",
                    shown(text)
                ),
            )
        })
}

/// Lower case, without spaces and the punctuation that people put between the words of a name.
fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    '-' | '–' | '—' | '_' | '.' | ',' | ':' | ';' | '/' | '(' | ')'
                )
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_understood_as_people_and_other_tools_write_them() {
        for (text, expected) in [
            ("new", Condition::New),
            ("NEW", Condition::New),
            ("New; New", Condition::New),
            ("Used - Like New", Condition::UsedLikeNew),
            ("Used; LikeNew", Condition::UsedLikeNew),
            ("As New", Condition::UsedLikeNew),
            ("USED_VERY_GOOD", Condition::UsedVeryGood),
            ("UsedVeryGood", Condition::UsedVeryGood),
            ("VG", Condition::UsedVeryGood),
            ("Used – Very Good", Condition::UsedVeryGood),
            ("Used - Good", Condition::UsedGood),
            ("good", Condition::UsedGood),
            ("Used (Acceptable)", Condition::UsedAcceptable),
            ("acc.", Condition::UsedAcceptable),
        ] {
            assert_eq!(
                condition(text).ok(),
                Some(Some(Named::Exactly(expected))),
                "{text:?}"
            );
        }
        assert_eq!(condition(" ").ok(), Some(None));
        assert_eq!(
            condition("Used").ok(),
            Some(Some(Named::UsedOfUnknownGrade))
        );
    }

    #[test]
    fn a_condition_that_amazon_does_not_have_is_refused() {
        for text in [
            "VG+",
            "Good-",
            "VG/G",
            "Fine",
            "poor",
            "collectible",
            "refurbished",
            "3",
            "?",
        ] {
            assert_eq!(
                condition(text).unwrap_err().code,
                "CONDITION_UNKNOWN",
                "{text:?}"
            );
        }
    }

    #[test]
    fn every_condition_and_fulfilment_is_known_by_its_name_on_the_wire() {
        for (_, known) in CONDITIONS {
            assert_eq!(
                condition(known.as_str()).ok(),
                Some(Some(Named::Exactly(known)))
            );
        }
        for (_, known) in FULFILMENTS {
            assert_eq!(fulfilment(known.as_str()).ok(), Some(Some(known)));
        }
    }

    #[test]
    fn fulfilment_is_by_amazon_or_by_the_merchant() {
        assert_eq!(
            fulfilment("Fulfilled by Amazon").ok(),
            Some(Some(Fulfilment::Fba))
        );
        assert_eq!(fulfilment("AMAZON_NA").ok(), Some(Some(Fulfilment::Fba)));
        assert_eq!(fulfilment("mfn").ok(), Some(Some(Fulfilment::Fbm)));
        assert_eq!(fulfilment("").ok(), Some(None));
        assert_eq!(fulfilment("drone").unwrap_err().code, "FULFILMENT_UNKNOWN");
    }
}
