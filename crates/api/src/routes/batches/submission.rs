//! Reading a submitted list: JSON items, or a text file as a spreadsheet writes it.

use actix_web::web;
use arbitragevault_domain::acquisition::{Condition, Fulfilment};
use arbitragevault_domain::config::StrategyName;
use arbitragevault_domain::marketplace::Marketplace;
use arbitragevault_services::intake::{Intake, Terms, read_items, read_text};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::extract::RawBody;
use crate::problem::Problem;
use crate::wire::{BatchItem, list_problem};

/// What can be sent.
const ACCEPTED: &str = "application/json, or text/csv with one row for each item";

/// What holds for a text file, which has no place to say it; a JSON body says it itself.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TextTerms {
    /// Of a text file: name of the batch.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Of a text file: the marketplace; US when absent.
    #[param(inline)]
    marketplace: Option<Marketplace>,
    /// Of a text file: condition of rows that name none; good used condition when absent.
    #[param(inline)]
    condition: Option<Condition>,
    /// Of a text file: who ships, for rows that do not say; Amazon when absent.
    #[param(inline)]
    fulfilment: Option<Fulfilment>,
    /// Of a text file: the strategy of the configuration under which it is analysed; none when absent.
    #[param(value_type = Option<String>, pattern = "^[a-z][a-z0-9-]{0,39}$", example = "textbook")]
    strategy: Option<StrategyName>,
}

/// A list of items.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubmitBatch)]
pub(crate) struct JsonList {
    /// Name of the batch; its date when absent.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, example = "Library sale in May")]
    name: Option<String>,
    /// The marketplace; its currency is that of every price.
    #[serde(default)]
    marketplace: Marketplace,
    /// Condition of items that name none.
    #[serde(default)]
    condition: Condition,
    /// Who ships, for items that do not say.
    #[serde(default)]
    fulfilment: Fulfilment,
    /// The strategy of the configuration under which the list is analysed; none when absent.
    #[schema(value_type = Option<String>, pattern = "^[a-z][a-z0-9-]{0,39}$", example = "textbook")]
    strategy: Option<StrategyName>,
    /// The items, 1 to 10,000. A bare identifier is an item too.
    #[schema(value_type = Vec<BatchItem>, min_items = 1, max_items = 10_000)]
    items: Vec<Value>,
}

/// A list, read.
#[derive(Debug)]
pub(crate) struct ReadList {
    pub(crate) name: Option<String>,
    pub(crate) terms: Terms,
    pub(crate) strategy: Option<StrategyName>,
    pub(crate) intake: Intake,
}

/// Reads a list. It is done off the worker's thread: ten thousand rows take their time.
///
/// # Errors
/// When the body is of another type, or leaves no row to speak of. A bad row is no error.
pub(crate) async fn read(body: RawBody, text_terms: TextTerms) -> Result<ReadList, Problem> {
    web::block(move || read_now(&body, text_terms))
        .await
        .map_err(Problem::internal)?
}

fn read_now(body: &RawBody, text_terms: TextTerms) -> Result<ReadList, Problem> {
    if body.is_json() {
        let list: JsonList = body.json()?;
        let terms = Terms {
            marketplace: list.marketplace,
            condition: list.condition,
            fulfilment: list.fulfilment,
        };
        let intake = read_items(&list.items, &terms).map_err(list_problem)?;
        return Ok(ReadList {
            name: list.name,
            terms,
            strategy: list.strategy,
            intake,
        });
    }
    if !matches!(
        body.content_type.as_str(),
        "text/csv" | "text/tab-separated-values" | "text/plain"
    ) {
        return Err(body.unsupported(ACCEPTED));
    }
    let terms = Terms {
        marketplace: text_terms.marketplace.unwrap_or_default(),
        condition: text_terms.condition.unwrap_or_default(),
        fulfilment: text_terms.fulfilment.unwrap_or_default(),
    };
    let intake = read_text(&body.bytes, &terms).map_err(list_problem)?;
    Ok(ReadList {
        name: text_terms.name,
        terms,
        strategy: text_terms.strategy,
        intake,
    })
}
