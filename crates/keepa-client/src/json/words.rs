//! Eight bytes at a time: the digits of a number, and the end of a text, without a loop over them.

use memchr::memchr2;

/// Eight bytes from a place on, the first one lowest.
#[inline]
pub(super) fn word_at(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// What is left of each digit is its value.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Sets the highest bit of the first lane that is no digit; what lies above it says nothing, since lanes carry over.
#[inline]
const fn others(lanes: u64) -> u64 {
    (lanes.wrapping_add(0x7676_7676_7676_7676) | lanes) & 0x8080_8080_8080_8080
}

/// Every minute from 2012 to 2029, and a comma. As its length is known, what follows can be read before it is.
#[inline]
pub(super) fn seven_digits_and_comma(word: u64) -> Option<i32> {
    /// The last lane of such a word, `,` without the bits of a zero.
    const COMMA: u64 = 0x2c ^ 0x30;
    let lanes = word ^ ZEROS;
    let are_digits = others(lanes) & 0x00ff_ffff_ffff_ffff == 0;
    (are_digits && lanes >> 56 == COMMA).then(|| narrow(eight_digits(lanes << 8)))
}

/// An integer of up to seven digits at the beginning of a word, and its length. The byte after it has to be looked at.
#[inline]
pub(super) fn short_integer(word: u64) -> Option<(i32, usize)> {
    // Without a branch: half of a history is not to be foretold.
    let sign = u64::from(word & 0xff == 0x2d);
    let lanes = (word >> (8 * sign)) ^ ZEROS;
    let digits = u64::from(others(lanes).trailing_zeros() / 8);
    if digits == 0 || digits == 8 {
        return None;
    }
    let value = narrow(eight_digits(lanes << (64 - 8 * digits)));
    let negated = narrow(sign);
    let length = usize::try_from(sign + digits).ok()?;
    Some(((value ^ -negated) + negated, length))
}

/// A number of at most eight digits.
#[inline]
fn narrow(value: u64) -> i32 {
    i32::try_from(value & 0x7fff_ffff).unwrap_or_default()
}

/// The number of eight digits, the first one in the lowest byte: neighbours are joined to pairs, pairs to fours, fours to eight.
#[inline]
const fn eight_digits(lanes: u64) -> u64 {
    let pairs = (lanes.wrapping_mul((10 << 8) + 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul((10_000 << 32) + 1) >> 32
}

/// Where the first quote or backslash is. Most texts are short, so the first bytes are looked at here.
#[inline]
pub(super) fn end_of_text(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < 32 {
        let Some(word) = word_at(text, at) else { break };
        let found = equal_to(word, b'"') | equal_to(word, b'\\');
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).ok()?);
        }
        at += 8;
    }
    memchr2(b'"', b'\\', text.get(at..)?).map(|end| at + end)
}

/// Sets the highest bit of the first lane that is this byte.
#[inline]
fn equal_to(word: u64, byte: u8) -> u64 {
    let different = word ^ (u64::from(byte) * 0x0101_0101_0101_0101);
    different.wrapping_sub(0x0101_0101_0101_0101) & !different & 0x8080_8080_8080_8080
}
