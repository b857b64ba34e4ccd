//! Faults that a test asks for, taken one by one by the requests that follow.

use serde::Deserialize;

/// What goes wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// An error status with Keepa's envelope; nothing is charged.
    Status {
        /// The HTTP status, 400-599.
        status: u16,
    },
    /// Status 200 with a page that is no JSON.
    Garbage,
    /// The connection closes half-way through the body; the request is charged.
    HalfBody,
    /// Status 200 with an empty body.
    Empty,
    /// The answer comes after a pause.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// Status 200 with an `error` and no `products`.
    #[serde(rename = "error_in_200")]
    ErrorIn200,
    /// The connection closes before a byte of the answer.
    DropConnection,
    /// Every other product is left out, the first one first; the request is charged in full.
    MissingProducts,
    /// Every product comes twice; the request is charged once.
    DuplicateProducts,
    /// Status 503 with a page that is no JSON, as when Keepa's backend is down.
    Unavailable,
    /// The right answer under the content type of a page; the request is charged.
    WrongContentType,
}

impl FaultKind {
    /// Reads a fault as a request's header names it: `status=500`, `slow=250` or the name alone.
    pub(crate) fn from_header(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(status) = text.strip_prefix("status=") {
            let status = status.parse().ok().filter(|s| (400..600).contains(s))?;
            return Some(Self::Status { status });
        }
        if let Some(ms) = text.strip_prefix("slow=") {
            return Some(Self::Slow {
                ms: ms.parse().ok()?,
            });
        }
        Some(match text {
            "garbage" => Self::Garbage,
            "half_body" => Self::HalfBody,
            "empty" => Self::Empty,
            "error_in_200" => Self::ErrorIn200,
            "drop_connection" => Self::DropConnection,
            "missing_products" => Self::MissingProducts,
            "duplicate_products" => Self::DuplicateProducts,
            "unavailable" => Self::Unavailable,
            "wrong_content_type" => Self::WrongContentType,
            _ => return None,
        })
    }
}

/// A fault and how often it strikes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub(crate) kind: FaultKind,
    /// Requests it strikes; `None` until the faults are cleared.
    #[serde(default)]
    pub(crate) times: Option<u32>,
}

/// The faults still to strike, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queue: std::collections::VecDeque<Fault>,
}

impl Faults {
    /// Adds a fault behind the others.
    pub(crate) fn add(&mut self, fault: Fault) {
        if fault.times != Some(0) {
            self.queue.push_back(fault);
        }
    }

    /// Forgets all faults.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    /// The fault that strikes this request.
    pub(crate) fn take(&mut self) -> Option<FaultKind> {
        let fault = self.queue.front_mut()?;
        let kind = fault.kind.clone();
        if let Some(times) = &mut fault.times {
            *times -= 1;
            if *times == 0 {
                self.queue.pop_front();
            }
        }
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_in_order_and_as_often_as_asked() {
        let mut faults = Faults::default();
        for json in [
            r#"{"kind":"status","status":500,"times":2}"#,
            r#"{"kind":"error_in_200","times":1}"#,
            r#"{"kind":"slow","ms":5}"#,
        ] {
            faults.add(serde_json::from_str(json).unwrap());
        }
        let taken: Vec<_> = std::iter::from_fn(|| faults.take()).take(5).collect();
        let status = FaultKind::Status { status: 500 };
        let slow = FaultKind::Slow { ms: 5 };
        assert_eq!(
            taken,
            [
                status.clone(),
                status,
                FaultKind::ErrorIn200,
                slow.clone(),
                slow
            ]
        );
        faults.clear();
        assert_eq!(faults.take(), None);
    }

    #[test]
    fn a_header_names_the_faults_that_a_body_names() {
        for name in [
            "garbage",
            "half_body",
            "empty",
            "error_in_200",
            "drop_connection",
            "missing_products",
            "duplicate_products",
            "unavailable",
            "wrong_content_type",
        ] {
            let body = format!(r#"{{"kind":"{name}"}}"#);
            let fault: Fault = serde_json::from_str(&body).unwrap();
            assert_eq!(FaultKind::from_header(name), Some(fault.kind), "{name}");
        }
        let status = FaultKind::from_header("status=503");
        assert_eq!(status, Some(FaultKind::Status { status: 503 }));
        assert_eq!(
            FaultKind::from_header("slow=5"),
            Some(FaultKind::Slow { ms: 5 })
        );
        for unknown in ["", "status=200", "status=x", "slow", "fire"] {
            assert_eq!(FaultKind::from_header(unknown), None, "{unknown}");
        }
    }
}
