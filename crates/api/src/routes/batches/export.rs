//! A batch as a file: one line for every submitted row, in the order of the list, whatever became of it.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use arbitragevault_services::listing::AnalysisRow;
use arbitragevault_services::persistence::analyses::AnalysisSummary;
use arbitragevault_services::persistence::items::Item;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::currency;
use super::wire::ItemView;
use crate::caller::{BatchesRead, Caller};
use crate::extract::{Id, Query};
use crate::problem::{Problem, problems};
use crate::state::ApiState;
use crate::wire::MinorMoney;

problems!(ExportProblems: InvalidParameter, NotFound, ValidationFailed, Unavailable);

/// Rows read at once: a few hundred kilobytes.
const ROWS_AT_ONCE: i64 = 500;

/// The columns of the CSV file.
const COLUMNS: [&str; 27] = [
    "row",
    "identifier",
    "status",
    "error_code",
    "error",
    "asin",
    "title",
    "marketplace",
    "source",
    "condition",
    "fulfilment",
    "quantity",
    "currency",
    "buy_price",
    "sale_price",
    "fees",
    "profit",
    "roi_percent",
    "max_buy_price",
    "days_to_sell",
    "velocity",
    "confidence",
    "rating",
    "recommendation",
    "main_reason",
    "note",
    "analysis_id",
];

/// What the file is to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// Comma-separated values with a header. A text that a spreadsheet would run as a formula gets an apostrophe in front.
    #[default]
    Csv,
    /// One JSON object a line: `{"item": Item, "analysis": AnalysisSummary | null}`.
    Ndjson,
}

/// How to export.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// What the file is to be.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Export a batch
///
/// One line for every submitted row, rejected and failed ones included, in the order of the list.
#[utoipa::path(
    tag = "batches",
    security(("bearer" = ["batches:read"])),
    params(("id" = Uuid, Path, description = "The batch"), ExportQuery),
    responses(
        (status = 200, description = "The file", content(
            (String = "text/csv"),
            (ExportLine<'_> = "application/x-ndjson"),
        )),
        ExportProblems,
    ),
)]
#[get("/batches/{id}/export")]
pub(crate) async fn export_batch(
    state: web::Data<ApiState>,
    caller: Caller<BatchesRead>,
    id: Id,
    Query(query): Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let format = query.format;
    let batch = state.services.batch(caller.0, id.0).await?;
    let currency = currency(&batch)?;
    let services = state.services.clone();
    let lines = async_stream::stream! {
        yield head(format);
        let mut after = 0;
        loop {
            let rows = match services.batch_rows(caller.0, id.0, after, ROWS_AT_ONCE).await {
                Ok(rows) => rows,
                Err(error) => {
                    // The status is sent already: the file breaks off, which the client sees by its missing end.
                    tracing::error!(batch_id = %id.0, error = %Problem::from(error).chain(), "an export broke off");
                    yield Err(Problem::internal("the export broke off"));
                    break;
                }
            };
            let Some((last, _)) = rows.last() else { break };
            after = last.position;
            yield format.write(&rows, currency);
        }
    };
    let (media_type, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        Format::Ndjson => ("application/x-ndjson", "ndjson"),
    };
    let file = format!("attachment; filename=\"batch-{}.{extension}\"", id.0);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, file))
        .streaming(lines))
}

/// A row as submitted and its analysis, as it comes from the database.
type Row = (Item, Option<AnalysisSummary>);

/// A line of the NDJSON file.
#[derive(Debug, Serialize, ToSchema)]
struct ExportLine<'a> {
    /// The row as submitted, and what became of it.
    item: ItemView<'a>,
    /// Its analysis; null when it has none.
    #[schema(value_type = Option<AnalysisRow<'_>>)]
    analysis: Option<&'a RawValue>,
}

fn head(format: Format) -> Result<Bytes, Problem> {
    match format {
        Format::Ndjson => Ok(Bytes::new()),
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(COLUMNS).map_err(Problem::internal)?;
            finished(csv)
        }
    }
}

fn finished(csv: csv::Writer<Vec<u8>>) -> Result<Bytes, Problem> {
    let bytes = csv
        .into_inner()
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok(bytes.into())
}

impl Format {
    fn write(self, rows: &[Row], currency: &str) -> Result<Bytes, Problem> {
        match self {
            Self::Csv => {
                let mut csv = csv::Writer::from_writer(Vec::with_capacity(rows.len() * 256));
                for row in rows {
                    csv.write_record(cells(row, currency))
                        .map_err(Problem::internal)?;
                }
                finished(csv)
            }
            Self::Ndjson => {
                let mut lines = Vec::with_capacity(rows.len() * 1_024);
                for (item, analysis) in rows {
                    let line = ExportLine {
                        item: ItemView::new(item, currency),
                        analysis: match analysis {
                            Some(analysis) => Some(
                                serde_json::from_str(&analysis.summary)
                                    .map_err(Problem::internal)?,
                            ),
                            None => None,
                        },
                    };
                    serde_json::to_writer(&mut lines, &line).map_err(Problem::internal)?;
                    lines.push(b'\n');
                }
                Ok(lines.into())
            }
        }
    }
}

/// The cells of a row, in the order of [`COLUMNS`]. Unknown is empty.
fn cells((item, analysis): &Row, currency: &str) -> [String; COLUMNS.len()] {
    let analysis = analysis.as_ref();
    let text = |of: fn(&AnalysisSummary) -> Option<&str>| {
        defused(analysis.and_then(of).unwrap_or_default())
    };
    let money = |minor: Option<i64>| {
        minor.map_or_else(String::new, |minor| {
            MinorMoney { minor, currency }.to_string()
        })
    };
    let number = |of: fn(&AnalysisSummary) -> Option<i64>| {
        analysis
            .and_then(of)
            .map_or_else(String::new, |number| number.to_string())
    };
    // Basis points have the decimals of a cent.
    let percent = |basis_points| {
        MinorMoney {
            minor: basis_points,
            currency: "",
        }
        .to_string()
    };
    [
        item.row.to_string(),
        defused(&item.identifier),
        item.status.clone(),
        item.error_code.clone().unwrap_or_default(),
        defused(item.error_detail.as_deref().unwrap_or_default()),
        text(|a| Some(&a.asin)),
        text(|a| a.title.as_deref()),
        text(|a| Some(&a.marketplace)),
        text(|a| Some(&a.source)),
        item.condition.clone(),
        item.fulfilment.clone(),
        item.quantity.to_string(),
        currency.to_owned(),
        money(item.buy_price_minor),
        money(analysis.and_then(|a| a.sale_price_minor)),
        money(analysis.and_then(|a| a.fees_minor)),
        money(analysis.and_then(|a| a.profit_minor)),
        analysis
            .and_then(|a| a.roi_bp)
            .map_or_else(String::new, percent),
        money(analysis.and_then(|a| a.max_buy_price_minor)),
        number(|a| a.days_to_sell.map(i64::from)),
        number(|a| a.velocity.map(i64::from)),
        number(|a| a.confidence.map(i64::from)),
        text(|a| a.rating.as_deref()),
        text(|a| Some(&a.recommendation)),
        text(|a| Some(&a.main_reason)),
        defused(item.note.as_deref().unwrap_or_default()),
        analysis.map_or_else(String::new, |a| a.id.to_string()),
    ]
}

/// A text that no spreadsheet runs as a formula (the characters are those of OWASP's page on CSV injection).
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
