//! An answer of the API, whole.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Status and code of a problem document, which must be whole.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.headers.get(CONTENT_TYPE).unwrap(),
            "application/problem+json",
            "{} {}",
            self.status,
            self.text
        );
        let document = self.json(self.status);
        for member in ["type", "title", "detail", "instance", "request_id"] {
            let is_there = document[member]
                .as_str()
                .is_some_and(|text| !text.is_empty());
            assert!(is_there, "no {member}: {document}");
        }
        assert_eq!(document["status"], self.status, "{document}");
        assert_eq!(document["request_id"], self.header("x-request-id"));
        (self.status, document["code"].as_str().unwrap().to_owned())
    }
}
