//! What signs in: as it names itself, and from where. For people who look through their sessions; nothing is decided by it.

/// Characters that are kept of a client's name; the schema holds it too.
const USER_AGENT_CHARS: usize = 500;

/// Characters that are kept of an address; the schema holds it too.
const ADDRESS_CHARS: usize = 100;

/// The client of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// As it names itself.
    pub(super) user_agent: Option<String>,
    /// From where, as the trusted proxies in front tell it.
    pub(super) address: Option<String>,
}

impl Client {
    /// A client; what is too long is cut.
    #[must_use]
    pub fn new(user_agent: Option<&str>, address: Option<&str>) -> Self {
        let cut = |text: Option<&str>, chars| Some(text?.chars().take(chars).collect());
        Self {
            user_agent: cut(user_agent, USER_AGENT_CHARS),
            address: cut(address, ADDRESS_CHARS),
        }
    }
}
