//! Pages of lists.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::respond::json_bytes;
use crate::problem::Problem;

/// Rows of a page when the caller does not say (the HTTP contract).
pub(crate) const fn default_limit() -> u32 {
    20
}

/// Cuts rows to `limit`, and says whether there were more: lists read one row more than they show.
pub(crate) fn truncate<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    has_more
}

/// Which page of a list that has neither filters nor sorts.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows of a page.
    #[serde(default = "default_limit")]
    #[validate(range(min = 1, max = 100))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: u32,
    /// The `next_cursor` of the page before.
    #[param(min_length = 1)]
    pub(crate) cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The rows, in the order of the list.
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` to get the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// How many rows all pages have together; only with `include_total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub(crate) total: Option<Total>,
}

/// How many rows a list has. Counting stops at a bound, since a count costs what reading every row would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Total {
    /// The number.
    pub(crate) count: u32,
    /// Whether it is the number or a lower bound of it.
    pub(crate) relation: TotalRelation,
}

/// What the number of a total means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TotalRelation {
    /// Exactly so many.
    Exact,
    /// So many, or more.
    AtLeast,
}

impl Total {
    /// A count that stopped at `bound`.
    pub(crate) fn counted(count: u32, bound: u32) -> Self {
        let relation = if count < bound {
            TotalRelation::Exact
        } else {
            TotalRelation::AtLeast
        };
        Self { count, relation }
    }
}

impl<T> Page<T> {
    /// The page of rows, of which one more was read than is shown. `cursor` is that of what follows the last one shown.
    pub(crate) fn of<'r, R>(
        rows: &'r mut Vec<R>,
        limit: u32,
        cursor: impl FnOnce(&R) -> String,
        view: impl FnMut(&'r R) -> T,
    ) -> Self {
        let has_more = truncate(rows, limit);
        let last = rows.last().filter(|_| has_more);
        Self {
            next_cursor: last.map(cursor),
            items: rows.iter().map(view).collect(),
            total: None,
        }
    }
}

impl<T: Serialize> Page<T> {
    /// The page as an answer, with a `Link` header to the next one.
    ///
    /// `row_bytes` is about what one row takes, so that the buffer need not grow.
    ///
    /// # Errors
    /// When a row cannot be written, which is a defect.
    pub(crate) fn respond(
        &self,
        request: &HttpRequest,
        row_bytes: usize,
    ) -> Result<HttpResponse, Problem> {
        let mut body = Vec::with_capacity(256 + self.items.len() * row_bytes);
        serde_json::to_writer(&mut body, self).map_err(Problem::internal)?;
        Ok(self.answer(request, body))
    }

    /// The page with rows that are stored as JSON in place of its own, which are none.
    ///
    /// # Errors
    /// When the page cannot be written, which is a defect.
    pub(crate) fn respond_with_stored<'r>(
        &self,
        request: &HttpRequest,
        rows: impl Iterator<Item = &'r str> + Clone,
    ) -> Result<HttpResponse, Problem> {
        Ok(self.answer(request, with_items(self, rows)?))
    }

    fn answer(&self, request: &HttpRequest, body: Vec<u8>) -> HttpResponse {
        let mut response = json_bytes(StatusCode::OK, body);
        if let Some(cursor) = &self.next_cursor {
            let link = next_link(request, cursor);
            if let Ok(link) = HeaderValue::try_from(link) {
                response.headers_mut().insert(LINK, link);
            }
        }
        response
    }
}

/// JSON with rows, stored as JSON, in place of its empty `items`.
///
/// # Errors
/// When it cannot be written, or has no empty `items`, which is a defect.
pub(crate) fn with_items<'r>(
    around: &impl Serialize,
    rows: impl Iterator<Item = &'r str> + Clone,
) -> Result<Vec<u8>, Problem> {
    let around = serde_json::to_string(around).map_err(Problem::internal)?;
    let (before, after) = around
        .split_once(r#""items":[]"#)
        .ok_or_else(|| Problem::internal("there is no place for the items"))?;
    let bytes: usize = rows.clone().map(|row| row.len() + 1).sum();
    let mut body = Vec::with_capacity(around.len() + bytes);
    body.extend_from_slice(before.as_bytes());
    body.extend_from_slice(br#""items":["#);
    for (place, row) in rows.enumerate() {
        if place > 0 {
            body.push(b',');
        }
        body.extend_from_slice(row.as_bytes());
    }
    body.push(b']');
    body.extend_from_slice(after.as_bytes());
    Ok(body)
}

/// `<path?the same query with the next cursor>; rel="next"` (RFC 8288).
fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let same = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(same)
        .append_pair("cursor", cursor)
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.path())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_link_to_the_next_page_keeps_the_query_and_replaces_the_cursor() {
        let request = TestRequest::with_uri("/api/v1/analyses?limit=5&cursor=old&rating=GOOD")
            .to_http_request();
        let page = Page {
            items: vec![1, 2],
            next_cursor: Some("new".to_owned()),
            total: None,
        };
        let response = page.respond(&request, 2).unwrap();
        assert_eq!(
            response.headers().get(LINK).unwrap(),
            "</api/v1/analyses?limit=5&rating=GOOD&cursor=new>; rel=\"next\""
        );
    }

    #[test]
    fn stored_rows_take_the_place_of_the_items() {
        let page = Page::<u8> {
            items: Vec::new(),
            next_cursor: Some(r#"a "cursor""#.to_owned()),
            total: None,
        };
        for rows in [&["{\"id\":1}", "2"][..], &["3"], &[]] {
            let body = with_items(&page, rows.iter().copied()).unwrap();
            let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let items: Vec<_> = read["items"].as_array().unwrap().iter().collect();
            let written: Vec<_> = items.into_iter().map(ToString::to_string).collect();
            assert_eq!(written, rows);
            assert_eq!(read["next_cursor"], r#"a "cursor""#);
        }
    }

    #[test]
    fn a_total_at_the_bound_is_a_lower_bound() {
        assert_eq!(Total::counted(9, 10).relation, TotalRelation::Exact);
        assert_eq!(Total::counted(10, 10).relation, TotalRelation::AtLeast);
    }
}
