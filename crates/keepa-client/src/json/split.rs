//! Cuts the products out of an answer while it is still coming in.

use memchr::{memchr2, memchr3};

/// An answer of which some has come. Each product is handed over as soon as its last byte is there; what stands around the products, the
/// envelope, is kept until the end.
///
/// It only counts brackets and quotes: whether what it cuts out is JSON is seen by those who read it.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// All but the products.
    envelope: Vec<u8>,
    /// How many objects and arrays of the envelope are open.
    depth: u32,
    place: Place,
    /// The last text of the envelope: where it begins in it, and where it ends.
    text: (usize, usize),
    product: Product,
}

/// What the next byte belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Envelope,
    /// A text of the envelope.
    Text,
    /// The byte after a backslash in such a text.
    Escaped,
    /// The array of products, between two of them.
    Products,
    Product,
}

/// The product that is coming in.
#[derive(Debug, Default)]
struct Product {
    bytes: Vec<u8>,
    /// The first byte that was not looked at; one beyond the end when that byte is escaped.
    next: usize,
    /// How many objects are open.
    depth: u32,
    is_text: bool,
}

impl Splitter {
    /// Takes the next bytes of the answer, and hands over every product that ends in them.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut product: impl FnMut(&[u8])) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.place == Place::Product {
                match self.product.take(bytes) {
                    Some(rest) => {
                        product(&self.product.bytes);
                        self.place = Place::Products;
                        bytes = rest;
                    }
                    None => return,
                }
                continue;
            }
            if self.place == Place::Products && byte == b'{' {
                self.product.begin();
                self.place = Place::Product;
                continue;
            }
            bytes = rest;
            let is_between = byte == b',' || byte.is_ascii_whitespace();
            if self.place == Place::Products && is_between {
                continue;
            }
            self.envelope.push(byte);
            self.place = self.after(byte);
        }
    }

    /// The answer without its products; it does not end when one of them does not.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.envelope
    }

    /// Where a byte of the envelope leads.
    fn after(&mut self, byte: u8) -> Place {
        let end = self.envelope.len();
        match (self.place, byte) {
            (Place::Escaped, _) => Place::Text,
            (Place::Text, b'\\') => Place::Escaped,
            (Place::Text, b'"') => {
                self.text.1 = end - 1;
                Place::Envelope
            }
            (Place::Text, _) => Place::Text,
            (_, b'"') => {
                self.text.0 = end;
                Place::Text
            }
            (_, b'{' | b'[') => {
                self.depth += 1;
                if byte == b'[' && self.depth == 2 && self.is_key_of_products() {
                    Place::Products
                } else {
                    Place::Envelope
                }
            }
            (_, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                Place::Envelope
            }
            (place, _) => place,
        }
    }

    fn is_key_of_products(&self) -> bool {
        let (from, to) = self.text;
        let after = self.envelope.get(to + 1..).unwrap_or_default();
        let is_key = after
            .strip_suffix(b"[")
            .is_some_and(|between| between.trim_ascii() == b":");
        is_key && self.envelope.get(from..to) == Some(b"products")
    }
}

impl Product {
    fn begin(&mut self) {
        self.bytes.clear();
        self.next = 0;
        self.depth = 0;
        self.is_text = false;
    }

    /// Takes what belongs to the product; what follows it when it is complete.
    fn take<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let end = self.find_end()?;
        self.bytes.truncate(end);
        bytes.get(end - before..)
    }

    fn find_end(&mut self) -> Option<usize> {
        loop {
            let rest = self.bytes.get(self.next..)?;
            let found = if self.is_text {
                memchr2(b'"', b'\\', rest)
            } else {
                memchr3(b'"', b'{', b'}', rest)
            };
            let Some(at) = found else {
                self.next = self.bytes.len();
                return None;
            };
            match rest.get(at)? {
                b'\\' => self.next += at + 2,
                byte => {
                    self.next += at + 1;
                    match byte {
                        b'"' => self.is_text = !self.is_text,
                        b'{' => self.depth += 1,
                        _ => self.depth -= 1,
                    }
                }
            }
            if self.depth == 0 {
                return Some(self.next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(answer: &str, bytes_at_once: usize) -> (Vec<String>, String) {
        let mut splitter = Splitter::default();
        let mut products = Vec::new();
        for chunk in answer.as_bytes().chunks(bytes_at_once) {
            splitter.push(chunk, |product| {
                products.push(String::from_utf8(product.to_vec()).unwrap());
            });
        }
        (products, String::from_utf8(splitter.finish()).unwrap())
    }

    #[test]
    fn products_are_cut_out_wherever_the_answer_is_broken() {
        let first = r#"{"asin":"A","title":"a } \" { [","offers":[{"x":{}}],"csv":[[1,2],null]}"#;
        let second = r#"{"asin":"B","note":"\\"}"#;
        let answer = format!(
            r#"{{"timestamp":1,"error":{{"products":[{{"no":1}}],"message":"\"products\":["}}, "products" : [{first}, {second} ],"tokensLeft":3}}"#
        );
        let envelope = r#"{"timestamp":1,"error":{"products":[{"no":1}],"message":"\"products\":["}, "products" : [],"tokensLeft":3}"#;
        for bytes_at_once in [1, 2, 3, 7, 1_000] {
            assert_eq!(
                split(&answer, bytes_at_once),
                (
                    vec![first.to_owned(), second.to_owned()],
                    envelope.to_owned()
                ),
                "{bytes_at_once}"
            );
        }
    }
}
