//! The ASIN in the address of an Amazon page.

use super::asin::Asin;
use super::error::{IdentifierError, excerpt};

/// What stands before the ASIN in the path of a product page, in lower case.
const BEFORE_ASIN: [&str; 9] = [
    "/dp/",
    "/gp/product/",
    "/gp/aw/d/",
    "/gp/aw/ol/",
    "/gp/offer-listing/",
    "/product-reviews/",
    "/exec/obidos/asin/",
    "/exec/obidos/tg/detail/-/",
    "/o/asin/",
];

/// Hosts of Amazon's short links, which only Amazon can resolve.
const SHORT_HOSTS: [&str; 4] = ["a.co", "amzn.to", "amzn.eu", "amzn.asia"];

/// The ASIN that an address names; `None` when the text is no address.
pub(super) fn asin_of(text: &str) -> Option<Result<Asin, IdentifierError>> {
    let lower = text.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    let address = rest.unwrap_or(&lower);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host.trim_end_matches(":443");
    let is_amazon = host.starts_with("amazon.") || host.contains(".amazon.");
    let is_short = SHORT_HOSTS.contains(&host);
    if rest.is_none() && !is_amazon && !is_short {
        return None;
    }
    let unknown = || IdentifierError::UnknownAddress {
        text: excerpt(text),
    };
    if is_short {
        let text = excerpt(text);
        return Some(Err(IdentifierError::ShortLink { text }));
    }
    if !is_amazon {
        return Some(Err(unknown()));
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = format!("/{path}");
    let asin = BEFORE_ASIN.iter().find_map(|before| {
        let (_, after) = path.split_once(before)?;
        Asin::parse(after.split('/').next()?).ok()
    });
    Some(asin.ok_or_else(unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_product_page_names_its_asin_on_every_marketplace() {
        for text in [
            "https://www.amazon.com/dp/0593655036",
            "https://www.amazon.com/Some-Title-Author/dp/0593655036/ref=sr_1_1?crid=1&keywords=a%2Fb",
            "http://amazon.co.uk/gp/product/0593655036?th=1",
            "www.amazon.de/-/en/Titel/dp/0593655036#customerReviews",
            "amazon.com.br/dp/0593655036",
            "https://smile.amazon.com/gp/aw/d/0593655036/",
            "https://www.amazon.co.jp/%E6%9C%AC/dp/0593655036/",
            "https://www.amazon.fr/gp/offer-listing/0593655036/ref=dp_olp",
            "https://www.amazon.com/exec/obidos/ASIN/0593655036/tag-20",
            "https://www.amazon.com/exec/obidos/tg/detail/-/0593655036/",
            "HTTPS://WWW.AMAZON.CA/DP/0593655036",
        ] {
            let asin = asin_of(text).unwrap().unwrap();
            assert_eq!(asin.as_str(), "0593655036", "{text}");
        }
    }

    #[test]
    fn an_address_that_names_no_product_is_refused() {
        for (text, code) in [
            ("https://a.co/d/3xYzAbC", "SHORT_LINK"),
            ("amzn.to/3xYzAbC", "SHORT_LINK"),
            ("https://www.amazon.com/s?k=0593655036", "ADDRESS_UNKNOWN"),
            ("https://www.amazon.com/dp/", "ADDRESS_UNKNOWN"),
            ("https://www.amazon.com/dp/05936550361", "ADDRESS_UNKNOWN"),
            ("https://www.example.com/dp/0593655036", "ADDRESS_UNKNOWN"),
            ("https://", "ADDRESS_UNKNOWN"),
        ] {
            let error = asin_of(text).unwrap().unwrap_err();
            assert_eq!(error.code(), code, "{text}");
        }
    }

    #[test]
    fn a_number_is_no_address() {
        for text in ["0593655036", "", "978-0/593", "amazon", "dp/0593655036"] {
            assert_eq!(asin_of(text), None, "{text}");
        }
    }
}
