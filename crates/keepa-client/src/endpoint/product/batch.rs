//! Fetching products: chunks under way at once, and an outcome for every identifier.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;

use super::request::{By, ProductRequest};
use crate::client::{Call, KeepaClient, Origin, products};
use crate::decode::DecodedProduct;
use crate::error::KeepaError;
use crate::model::{Product, ProductType};

/// What became of one identifier.
#[derive(Debug, Clone)]
pub enum ProductOutcome {
    /// The product of an ASIN; one or more of a code.
    Found(Vec<Product>),
    /// Keepa answered that there is no such product.
    Invalid,
    /// Keepa's answer says nothing of it.
    Missing,
    /// It could not be fetched, or not be read.
    Failed(Arc<KeepaError>),
}

/// What became of a request for products.
#[derive(Debug, Clone, Default)]
pub struct ProductBatch {
    /// Every identifier as asked for, in the order of the request.
    pub outcomes: Vec<(String, ProductOutcome)>,
    /// Tokens that Keepa charged.
    pub tokens_consumed: i64,
    /// Who answered.
    pub origin: Origin,
}

impl KeepaClient {
    /// Fetches products, however many: in requests of up to 100, several at once, under the token budget. An identifier that stands twice is
    /// asked for once. What was fetched before a failure is kept; every identifier has its outcome.
    ///
    /// It costs [`ProductRequest::cost`]. Dropping the future stops it, and gives back what was reserved for requests not sent yet.
    pub async fn products(&self, request: &ProductRequest) -> ProductBatch {
        let mut batch = ProductBatch::default();
        let mut found = HashMap::with_capacity(request.identifiers.len());
        let mut chunks = std::pin::pin!(self.chunks(request.clone(), self.deadline()));
        while let Some(chunk) = chunks.next().await {
            batch.tokens_consumed += chunk.tokens_consumed;
            batch.origin = chunk.origin;
            found.extend(chunk.outcomes);
        }
        let mut left: HashMap<&str, usize> = HashMap::new();
        for id in &request.identifiers {
            *left.entry(id).or_default() += 1;
        }
        for id in &request.identifiers {
            let again = left.get_mut(id.as_str()).is_some_and(|left| {
                *left -= 1;
                *left > 0
            });
            let outcome = if again {
                found.get(id).cloned()
            } else {
                found.remove(id)
            };
            batch
                .outcomes
                .push((id.clone(), outcome.unwrap_or(ProductOutcome::Missing)));
        }
        batch
    }

    /// Fetches products as [`products`](Self::products) does, and yields each chunk of up to 100 when it and those before it have come: for more
    /// than fit into memory. A deadline of the client holds for each chunk.
    pub fn products_stream(
        &self,
        request: ProductRequest,
    ) -> impl Stream<Item = ProductBatch> + Send + 'static {
        self.chunks(request, None)
    }

    fn chunks(
        &self,
        request: ProductRequest,
        deadline: Option<Instant>,
    ) -> impl Stream<Item = ProductBatch> + Send + 'static {
        let refused = request.validate().err();
        let chunks = distinct(&request);
        let request = Arc::new(request);
        let client = self.clone();
        futures_util::stream::iter(chunks)
            .map(move |chunk| {
                let (client, request) = (client.clone(), Arc::clone(&request));
                let refused = refused.clone();
                async move {
                    match refused {
                        None => client.chunk(&request, chunk, deadline).await,
                        Some(error) => refusal(chunk, error),
                    }
                }
            })
            .buffered(self.max_concurrency())
    }

    /// One HTTP request for up to 100 identifiers, tried again as the policy says.
    async fn chunk(
        &self,
        request: &ProductRequest,
        identifiers: Vec<String>,
        deadline: Option<Instant>,
    ) -> ProductBatch {
        let mut outcomes: Vec<_> = identifiers
            .into_iter()
            .map(|id| match request.check(&id) {
                Ok(()) => (id, ProductOutcome::Missing),
                Err(error) => (id, ProductOutcome::Failed(Arc::new(error))),
            })
            .collect();
        let asked: Vec<&str> = outcomes
            .iter()
            .filter(|(_, outcome)| matches!(outcome, ProductOutcome::Missing))
            .map(|(id, _)| id.as_str())
            .collect();
        if asked.is_empty() {
            return ProductBatch {
                outcomes,
                ..ProductBatch::default()
            };
        }
        let call = Call::get(
            "product",
            request.query(&asked),
            request.cost_of(asked.len()),
        )
        .with_products(request.histories);
        let deadline = deadline.or_else(|| self.deadline());
        let answer = self.within(deadline, self.run(&call, products)).await;
        let (tokens_consumed, origin) = match answer {
            Ok(answer) => {
                assign(request.by, &mut outcomes, answer.value);
                (answer.tokens_consumed, answer.origin)
            }
            Err(error) => {
                fail(&mut outcomes, error);
                (0, Origin::default())
            }
        };
        ProductBatch {
            outcomes,
            tokens_consumed,
            origin,
        }
    }
}

/// Every identifier once, in the order of asking, in chunks of the size of a request.
fn distinct(request: &ProductRequest) -> Vec<Vec<String>> {
    let mut seen = HashSet::new();
    let distinct: Vec<String> = request
        .identifiers
        .iter()
        .filter(|id| seen.insert(id.as_str()))
        .cloned()
        .collect();
    let chunks = distinct.chunks(request.products_a_request());
    chunks.map(<[String]>::to_vec).collect()
}

/// The outcomes of a request that is not sent.
fn refusal(identifiers: Vec<String>, error: KeepaError) -> ProductBatch {
    let missing = |id| (id, ProductOutcome::Missing);
    let mut outcomes: Vec<_> = identifiers.into_iter().map(missing).collect();
    fail(&mut outcomes, error);
    ProductBatch {
        outcomes,
        ..ProductBatch::default()
    }
}

/// Gives all that were asked for the same failure.
fn fail(outcomes: &mut [(String, ProductOutcome)], error: KeepaError) {
    let error = Arc::new(error);
    for (_, outcome) in outcomes {
        if matches!(outcome, ProductOutcome::Missing) {
            *outcome = ProductOutcome::Failed(Arc::clone(&error));
        }
    }
}

/// Gives every identifier of a chunk the products that answer it. Products are large: one is copied only for a second identifier of it.
fn assign(by: By, outcomes: &mut [(String, ProductOutcome)], products: Vec<DecodedProduct>) {
    for product in products {
        let mut answered: Vec<&mut ProductOutcome> = outcomes
            .iter_mut()
            .filter(|(id, _)| answers(by, id, &product))
            .map(|(_, outcome)| outcome)
            .collect();
        let last = answered.pop();
        for outcome in answered {
            add(by, outcome, product.clone());
        }
        if let Some(outcome) = last {
            add(by, outcome, product);
        }
    }
}

/// Adds a product to what an identifier found.
fn add(by: By, outcome: &mut ProductOutcome, product: DecodedProduct) {
    match (&mut *outcome, product) {
        (ProductOutcome::Missing, Ok(product)) => {
            *outcome = if product.product_type() == ProductType::Invalid {
                ProductOutcome::Invalid
            } else {
                ProductOutcome::Found(vec![product])
            };
        }
        (ProductOutcome::Missing, Err(unread)) => {
            *outcome = ProductOutcome::Failed(Arc::new(unread.error));
        }
        (ProductOutcome::Found(products), Ok(product)) if by == By::Code => products.push(product),
        // The same ASIN twice in one answer says nothing new.
        _ => {}
    }
}

/// `true` when a product is what an identifier asked for. A UPC is the EAN without its leading zero.
fn answers(by: By, id: &str, product: &DecodedProduct) -> bool {
    match (by, product) {
        (By::Asin, Ok(product)) => id.eq_ignore_ascii_case(&product.asin),
        (By::Asin, Err(unread)) => unread
            .asin
            .as_deref()
            .is_some_and(|asin| id.eq_ignore_ascii_case(asin)),
        (By::Code, Ok(product)) => [&product.ean_list, &product.upc_list]
            .into_iter()
            .flatten()
            .flatten()
            .any(|code| code == id || id.strip_prefix('0') == Some(code)),
        (By::Code, Err(_)) => false,
    }
}
