//! Reads a price as people write it.

use arbitragevault_domain::money::{Currency, Money};
use rust_decimal::Decimal;

use super::refusal::{Refusal, shown};

/// Highest buy price of one unit, in the main unit of the currency. No book that is bought to be sold on costs more; a higher
/// number is an identifier or a mistake (our own limit).
pub const MAX_PRICE: u32 = 1_000_000;

/// What people write before or after a number to name its currency; longer signs first where one ends in another.
const SIGNS: [(&str, &[Currency]); 22] = [
    ("US$", &[Currency::Usd]),
    ("CA$", &[Currency::Cad]),
    ("MX$", &[Currency::Mxn]),
    ("C$", &[Currency::Cad]),
    ("R$", &[Currency::Brl]),
    ("$", &[Currency::Usd, Currency::Cad, Currency::Mxn]),
    ("£", &[Currency::Gbp]),
    ("€", &[Currency::Eur]),
    ("¥", &[Currency::Jpy]),
    ("￥", &[Currency::Jpy]),
    ("円", &[Currency::Jpy]),
    ("₹", &[Currency::Inr]),
    ("RS.", &[Currency::Inr]),
    ("RS", &[Currency::Inr]),
    ("USD", &[Currency::Usd]),
    ("GBP", &[Currency::Gbp]),
    ("EUR", &[Currency::Eur]),
    ("JPY", &[Currency::Jpy]),
    ("CAD", &[Currency::Cad]),
    ("INR", &[Currency::Inr]),
    ("MXN", &[Currency::Mxn]),
    ("BRL", &[Currency::Brl]),
];

/// What people write where there is no price.
const BLANKS: [&str; 7] = ["-", "–", "—", "N/A", "NA", "NONE", "NULL"];

/// Reads a price in the currency of the list; `None` where the cell is blank.
///
/// A price is never rounded: more decimals than the currency has are refused unless they are zeros. A comma is the decimal
/// mark where one or two digits follow it. Three digits after the only mark may mean thousands or a fraction: after a comma
/// they are thousands, except where the currency's own countries write a decimal comma; else the price is refused.
pub(super) fn parse(text: &str, currency: Currency) -> Result<Option<Money>, Refusal> {
    let text = text.trim();
    let upper = text.to_uppercase();
    if text.is_empty() || BLANKS.contains(&upper.as_str()) {
        return Ok(None);
    }
    // The minus stands before the sign of the currency or behind it.
    let (number, minus_outside) = unsigned(&upper);
    let number = without_sign(number, text, currency)?;
    let (number, minus_inside) = unsigned(number);
    let is_negative = minus_outside || minus_inside;
    let repeated = shown(text);
    let not_a_number = || {
        Refusal::new(
            "PRICE_NOT_A_NUMBER",
            format!("{repeated:?} is no price: write a number such as 12.50, or leave it blank"),
        )
    };
    let digits = Digits::split(number, currency).ok_or_else(not_a_number)?;
    if is_negative {
        return Err(Refusal::new(
            "PRICE_NEGATIVE",
            format!(
                "the price {repeated:?} is negative: write what one unit costs, or leave it blank"
            ),
        ));
    }
    let too_high = || {
        Refusal::new(
            "PRICE_TOO_HIGH",
            format!("the price {repeated:?} is above {MAX_PRICE}: write what one unit costs"),
        )
    };
    let amount = digits.amount(currency).map_err(|problem| match problem {
        Unfit::Decimals => Refusal::new(
            "PRICE_DECIMALS",
            format!(
                "the price {repeated:?} has more decimals than {currency}, or a mark that may mean thousands: write it with \
                 {} decimals and without a mark for thousands",
                currency.exponent()
            ),
        ),
        Unfit::Size => too_high(),
    })?;
    if amount > Decimal::from(MAX_PRICE) {
        return Err(too_high());
    }
    Ok(Some(Money::new(amount, currency)))
}

/// Takes off a minus before or after, or an accountant's brackets.
fn unsigned(text: &str) -> (&str, bool) {
    let bracketed = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    if let Some(inner) = bracketed {
        return (inner.trim(), true);
    }
    let minus = ['-', '\u{2212}', '–'];
    let text = text.strip_prefix('+').unwrap_or(text);
    let inner = text
        .strip_prefix(minus)
        .or_else(|| text.strip_suffix(minus));
    (inner.unwrap_or(text).trim(), inner.is_some())
}

/// Takes the signs of the currency off; another currency is refused, for nothing here converts.
fn without_sign<'a>(
    mut number: &'a str,
    text: &str,
    currency: Currency,
) -> Result<&'a str, Refusal> {
    let is_symbol = |c: char| !c.is_ascii_alphabetic() && c != '.';
    // A sign before the number and a code after it, at most.
    for _ in 0..2 {
        let found = SIGNS.iter().find_map(|(sign, currencies)| {
            let rest = number
                .strip_prefix(sign)
                .or_else(|| number.strip_suffix(sign))?;
            // A word that merely ends like a code is none.
            let is_word = !sign.contains(is_symbol) && rest.contains(char::is_alphabetic);
            (!is_word).then_some((rest.trim(), currencies))
        });
        let Some((rest, currencies)) = found else {
            break;
        };
        if !currencies.contains(&currency) {
            return Err(Refusal::new(
                "PRICE_CURRENCY",
                format!(
                    "the price {:?} is not in {currency}, the currency of the marketplace: convert it",
                    shown(text)
                ),
            ));
        }
        number = rest;
    }
    Ok(number)
}

/// Why a number is no price.
enum Unfit {
    Decimals,
    Size,
}

/// A number taken apart at its decimal mark, without marks for thousands.
struct Digits {
    whole: String,
    fraction: String,
    /// `true` where the mark may mean thousands as well.
    is_ambiguous: bool,
}

impl Digits {
    /// `None` where the text is no number.
    fn split(text: &str, currency: Currency) -> Option<Self> {
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let last_mark = text.rfind(['.', ',']);
        let marks = text.matches(['.', ',']).count();
        let (whole, mark, fraction) = match last_mark {
            None => (text, None, ""),
            Some(at) => {
                let (whole, rest) = text.split_at_checked(at)?;
                let mark = rest.chars().next();
                (whole, mark, rest.get(1..)?)
            }
        };
        if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let other_marks_differ = mark.is_some_and(|mark| !whole.contains(mark));
        // A mark that comes twice stands between thousands, and so does a comma before three digits.
        let is_thousands = marks > 1 && !other_marks_differ;
        let comma_is_decimal = matches!(currency, Currency::Eur | Currency::Brl);
        let three_after_one = marks == 1 && fraction.len() == 3 && is_group_start(whole);
        if is_thousands || (three_after_one && mark == Some(',') && !comma_is_decimal) {
            return Some(Self {
                whole: without_groups(text)?,
                fraction: String::new(),
                is_ambiguous: false,
            });
        }
        Some(Self {
            whole: without_groups(whole)?,
            fraction: fraction.to_owned(),
            is_ambiguous: three_after_one,
        })
    }

    fn amount(&self, currency: Currency) -> Result<Decimal, Unfit> {
        let fraction = self.fraction.trim_end_matches('0');
        let exponent = usize::try_from(currency.exponent()).unwrap_or(usize::MAX);
        if self.is_ambiguous || fraction.len() > exponent {
            return Err(Unfit::Decimals);
        }
        let whole = match self.whole.trim_start_matches('0') {
            "" => "0",
            whole => whole,
        };
        // Longer than any price, and than a decimal holds.
        if whole.len() > 12 {
            return Err(Unfit::Size);
        }
        format!("{whole}.{fraction}0")
            .parse()
            .map_err(|_| Unfit::Size)
    }
}

/// One to three digits that do not begin with zero: what stands before a mark for thousands.
fn is_group_start(text: &str) -> bool {
    matches!(text.len(), 1..=3)
        && !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}

/// The digits of a whole number whose thousands may be marked, all in the same way; `None` where the groups are not of three.
fn without_groups(text: &str) -> Option<String> {
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if is_digits(text) {
        return Some(text.to_owned());
    }
    let mark = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(mark, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’') {
        return None;
    }
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| is_group_start(first))?;
    let rest: Vec<&str> = groups.collect();
    let all_three = rest
        .iter()
        .all(|group| group.len() == 3 && is_digits(group));
    all_three.then(|| format!("{first}{}", rest.concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The amount, `-` for blank, or the code of the refusal.
    fn read(text: &str, currency: Currency) -> String {
        match parse(text, currency) {
            Ok(Some(money)) => money.amount().to_string(),
            Ok(None) => "-".to_owned(),
            Err(refusal) => refusal.code.to_owned(),
        }
    }

    #[test]
    fn prices_are_read_as_people_write_them() {
        for (text, amount) in [
            ("12.50", "12.50"),
            ("12.5", "12.50"),
            ("12", "12.00"),
            ("12.", "12.00"),
            (".50", "0.50"),
            ("0", "0.00"),
            ("007", "7.00"),
            ("$12.50", "12.50"),
            ("$ 12.50", "12.50"),
            ("12.50 USD", "12.50"),
            ("US$12.50", "12.50"),
            ("$12.50 usd", "12.50"),
            ("12.50$", "12.50"),
            ("12,50", "12.50"),
            ("12,5", "12.50"),
            ("0,99", "0.99"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1 234,50", "1234.50"),
            ("1\u{a0}234.50", "1234.50"),
            ("1'234.50", "1234.50"),
            ("1,234", "1234.00"),
            ("12.5000", "12.50"),
            ("1,000,000", "1000000.00"),
            ("", "-"),
            ("  ", "-"),
            ("-", "-"),
            ("n/a", "-"),
        ] {
            assert_eq!(read(text, Currency::Usd), amount, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_price_for_certain_is_refused() {
        for (text, code) in [
            ("-5", "PRICE_NEGATIVE"),
            ("-$5.00", "PRICE_NEGATIVE"),
            ("$-5.00", "PRICE_NEGATIVE"),
            ("($5.00)", "PRICE_NEGATIVE"),
            ("5.00-", "PRICE_NEGATIVE"),
            ("12.345", "PRICE_DECIMALS"),
            ("1.234", "PRICE_DECIMALS"),
            ("0.12345", "PRICE_DECIMALS"),
            ("0,123", "PRICE_DECIMALS"),
            ("1000000.01", "PRICE_TOO_HIGH"),
            ("9780593655030", "PRICE_TOO_HIGH"),
            ("99999999999999999999999999999999", "PRICE_TOO_HIGH"),
            ("£5.00", "PRICE_CURRENCY"),
            ("5.00 EUR", "PRICE_CURRENCY"),
            ("R$5.00", "PRICE_CURRENCY"),
            ("five", "PRICE_NOT_A_NUMBER"),
            ("1,23,4", "PRICE_NOT_A_NUMBER"),
            ("1.2.3", "PRICE_NOT_A_NUMBER"),
            ("1,2345.00", "PRICE_NOT_A_NUMBER"),
            ("12.50 each", "PRICE_NOT_A_NUMBER"),
            ("12 others", "PRICE_NOT_A_NUMBER"),
            ("1e5", "PRICE_NOT_A_NUMBER"),
            ("$", "PRICE_NOT_A_NUMBER"),
            (".", "PRICE_NOT_A_NUMBER"),
            ("--5", "PRICE_NEGATIVE"),
            ("#N/A", "PRICE_NOT_A_NUMBER"),
        ] {
            assert_eq!(read(text, Currency::Usd), code, "{text:?}");
        }
    }

    #[test]
    fn the_currency_decides_what_a_mark_means_and_how_many_decimals_there_are() {
        for (text, currency, answer) in [
            ("1,234", Currency::Eur, "PRICE_DECIMALS"),
            ("12,50 €", Currency::Eur, "12.50"),
            ("R$ 1.234,50", Currency::Brl, "1234.50"),
            ("¥1,500", Currency::Jpy, "1500"),
            ("1500円", Currency::Jpy, "1500"),
            ("1500.00", Currency::Jpy, "1500"),
            ("1500.50", Currency::Jpy, "PRICE_DECIMALS"),
            ("$5", Currency::Cad, "5.00"),
            ("Rs. 250", Currency::Inr, "250.00"),
            ("$5", Currency::Gbp, "PRICE_CURRENCY"),
        ] {
            assert_eq!(read(text, currency), answer, "{text:?} {currency}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse(&text, Currency::Usd);
        }

        #[test]
        fn no_text_that_looks_like_a_price_makes_it_panic(text in "[-+($€ ]{0,2}[0-9.,' \u{a0}]{0,40}[-) €A-Z]{0,4}") {
            if let Ok(Some(money)) = parse(&text, Currency::Eur) {
                prop_assert!(money.amount() >= Decimal::ZERO);
                prop_assert!(money.amount() <= Decimal::from(MAX_PRICE));
            }
        }

        #[test]
        fn a_price_is_the_same_however_it_is_marked(cents in 0_i64..100_000_000) {
            let money = Money::from_minor(cents, Currency::Usd);
            let (whole, rest) = (cents / 100, cents % 100);
            let mut grouped = whole.to_string();
            for at in (1..grouped.len()).rev().filter(|at| (whole.to_string().len() - at) % 3 == 0) {
                grouped.insert(at, ',');
            }
            for text in [
                format!("{whole}.{rest:02}"),
                format!("{whole},{rest:02}"),
                format!("{grouped}.{rest:02}"),
                format!("${grouped}.{rest:02} USD"),
            ] {
                prop_assert_eq!(parse(&text, Currency::Usd).unwrap(), Some(money), "{}", text);
            }
        }
    }
}
