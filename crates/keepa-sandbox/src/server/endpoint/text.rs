//! Keywords in titles, as the selections of Keepa have them.

use crate::envelope::KeepaError;
use crate::parameters::out_of_range;

/// Keywords that a search in titles may have. Grade A: Keepa's documentation.
const MOST_KEYWORDS: usize = 50;

/// Words and phrases that a title holds, and words that it must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keywords {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Keywords {
    /// Reads keywords: `"a phrase"` in quotation marks, `-word` for one that must not be there.
    pub(super) fn parse(text: &str) -> Result<Self, KeepaError> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for (nth, part) in text.to_lowercase().split('"').enumerate() {
            if nth % 2 == 1 {
                wanted.extend(Some(part.trim().to_owned()).filter(|phrase| !phrase.is_empty()));
                continue;
            }
            for word in part.split_whitespace() {
                match word.strip_prefix('-') {
                    Some("") => {}
                    Some(word) => unwanted.push(word.to_owned()),
                    None => wanted.push(word.to_owned()),
                }
            }
        }
        let count = wanted.len() + unwanted.len();
        if count == 0 || count > MOST_KEYWORDS {
            return Err(out_of_range(format!(
                "{count} keywords, from 1 to 50 are allowed"
            )));
        }
        Ok(Self { wanted, unwanted })
    }

    /// Whether a title has them.
    pub(super) fn are_in(&self, title: &str) -> bool {
        let title = title.to_lowercase();
        let has = |keyword: &String| {
            if keyword.contains(' ') {
                title.contains(keyword.as_str())
            } else {
                title
                    .split(|letter: char| !letter.is_alphanumeric())
                    .any(|word| word == keyword)
            }
        };
        self.wanted.iter().all(has) && !self.unwanted.iter().any(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_all_words_and_phrases_and_none_of_the_excluded() {
        let title = "Introduction to Linear Algebra, Edition 5";
        for (keywords, expected) in [
            ("linear algebra", true),
            ("algebra linear", true),
            ("\"linear algebra\" introduction", true),
            ("\"algebra linear\"", false),
            ("linear -edition", false),
            ("line", false),
        ] {
            let keywords = Keywords::parse(keywords).unwrap();
            assert_eq!(keywords.are_in(title), expected, "{keywords:?}");
        }
        assert!(Keywords::parse(" \"\" - ").is_err());
        assert!(Keywords::parse(&"word ".repeat(51)).is_err());
    }
}
