//! Cursors: where a list goes on, opaque to the caller and bound to the list that gave it out.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::problem::{FieldError, Place, Problem, ProblemKind};

/// The place after the last row of a page, in the order of the list.
pub(crate) trait Position: Sized {
    /// Writes it.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Reads what [`Position::write`] wrote, `None` for anything else.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Position for i32 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl Position for i64 {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl Position for Uuid {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes).ok()
    }
}

impl Position for (i64, Uuid) {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.0.to_be_bytes());
        self.1.write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (key, id) = bytes.split_first_chunk()?;
        Some((i64::from_be_bytes(*key), Uuid::read(id)?))
    }
}

/// Reads and writes the cursors of one list: a kind of object, its filters and its sort.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor {
    list: u64,
}

impl Cursor {
    /// The cursors of the list that `list` describes: everything about it but the page.
    pub(crate) fn of(list: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        list.hash(&mut hasher);
        Self {
            list: hasher.finish(),
        }
    }

    /// The cursor for what follows `position`.
    pub(crate) fn after(self, position: &impl Position) -> String {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend(self.list.to_be_bytes());
        position.write(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Where a page begins: after the position of the caller's cursor, or with the list.
    ///
    /// # Errors
    /// A problem when this list did not give it out.
    pub(crate) fn place<P: Position>(self, cursor: Option<&str>) -> Result<Option<P>, Problem> {
        cursor.map(|cursor| self.read(cursor)).transpose()
    }

    /// The position that a caller's cursor stands for.
    ///
    /// # Errors
    /// A problem when this list did not give it out.
    pub(crate) fn read<P: Position>(self, cursor: &str) -> Result<P, Problem> {
        let position = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| {
            let (list, position) = bytes.split_first_chunk()?;
            (u64::from_be_bytes(*list) == self.list).then(|| P::read(position))?
        });
        position.ok_or_else(|| {
            let errors = vec![FieldError {
                place: Place::Parameter("cursor".to_owned()),
                code: ProblemKind::InvalidCursor.definition().code.into(),
                detail: "this list with these filters and this sort did not give out the cursor"
                    .to_owned(),
            }];
            Problem::invalid(ProblemKind::InvalidCursor, errors)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_position_in_its_own_list_only() {
        let list = Cursor::of(&("analyses", "roi"));
        let id: Uuid = "01939c2e-8a2b-7c3d-9e4f-5a6b7c8d9e0f".parse().unwrap();
        let cursor = list.after(&(-12_345_i64, id));
        assert_eq!(list.read::<(i64, Uuid)>(&cursor).unwrap(), (-12_345, id));

        let other = Cursor::of(&("analyses", "profit"));
        for wrong in [cursor.as_str(), "", "not a cursor", "AAAA"] {
            let problem = other.read::<(i64, Uuid)>(wrong).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::InvalidCursor);
        }
        assert!(list.read::<Uuid>(&cursor).is_err());
        assert!(list.read::<i32>(&list.after(&id)).is_err());
    }
}
