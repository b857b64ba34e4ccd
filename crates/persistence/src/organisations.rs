//! Organisations and their users. One default organisation exists from the first migration on.

use uuid::Uuid;

/// The organisation of a server that nobody has configured yet; the first migration writes it.
pub const DEFAULT_ORGANISATION: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

/// The user of a server that nobody has configured yet; the first migration writes it.
pub const DEFAULT_USER: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0002);
