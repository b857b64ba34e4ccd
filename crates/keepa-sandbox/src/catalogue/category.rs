//! The tree of categories: Keepa's root "Books", and made-up ones below it.

use super::book::{Book, BookKind, NOUNS, TOPICS};

/// Category "Books" of amazon.com. Grade A: recorded products.
pub(crate) const BOOKS: i64 = 283_155;

/// Ids of made-up categories begin here, above those that Amazon's short ids reach.
const MADE_UP: i64 = 9_999_500_000;

/// The made-up category of course books, of the general trade, and of fiction; topics follow.
const TEXTBOOKS: i64 = MADE_UP + 1;
const TRADE: i64 = MADE_UP + 2;
const FICTION: i64 = MADE_UP + 3;

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// 0 for the root.
    pub(crate) parent: i64,
}

/// All categories, the root first.
pub(crate) fn all() -> Vec<Node> {
    let node = |id, name: &str, parent| Node {
        id,
        name: name.to_owned(),
        parent,
    };
    let mut nodes = vec![
        node(BOOKS, "Books", 0),
        node(TEXTBOOKS, "Textbooks", BOOKS),
        node(TRADE, "Nonfiction", BOOKS),
        node(FICTION, "Fiction", BOOKS),
    ];
    for (parent, words) in [
        (TEXTBOOKS, TOPICS.as_slice()),
        (TRADE, TOPICS.as_slice()),
        (FICTION, NOUNS.as_slice()),
    ] {
        for (nth, word) in (1_i64..).zip(words) {
            let name = if parent == FICTION {
                format!("Novels of the {word}")
            } else {
                (*word).to_owned()
            };
            nodes.push(Node {
                id: leaf(parent, nth),
                name,
                parent,
            });
        }
    }
    nodes
}

fn leaf(parent: i64, nth: i64) -> i64 {
    MADE_UP + (parent - MADE_UP) * 100 + nth
}

/// The categories of a book, the root first.
pub(crate) fn path(book: &Book) -> [Node; 3] {
    let (parent, name, words) = match book.kind {
        BookKind::Textbook => (TEXTBOOKS, "Textbooks", TOPICS.as_slice()),
        BookKind::Fiction => (FICTION, "Fiction", NOUNS.as_slice()),
        _ => (TRADE, "Nonfiction", TOPICS.as_slice()),
    };
    let nth = (1_i64..)
        .zip(words)
        .find(|(_, word)| **word == book.topic)
        .map_or(0, |(nth, _)| nth);
    let topic = if parent == FICTION {
        format!("Novels of the {}", book.topic)
    } else {
        book.topic.to_owned()
    };
    [
        (BOOKS, "Books".to_owned(), 0),
        (parent, name.to_owned(), BOOKS),
        (leaf(parent, nth), topic, parent),
    ]
    .map(|(id, name, parent)| Node { id, name, parent })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_book_lies_in_categories_of_the_tree() {
        let tree = all();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..200 {
            for node in path(&Book::draw(&mut rng)) {
                assert!(tree.contains(&node), "{node:?}");
            }
        }
        let mut ids: Vec<i64> = tree.iter().map(|node| node.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), tree.len());
    }
}
