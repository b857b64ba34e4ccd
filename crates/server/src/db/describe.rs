//! `db describe`: one table as the database has it.

use std::process::ExitCode;

use arbitragevault_services::persistence::inspect::{self, TableFacts};

use super::{bytes, print};
use crate::cli::DescribeArguments;

/// Prints columns, indexes, constraints and size of a table.
pub(super) async fn run(url: &str, arguments: &DescribeArguments) -> anyhow::Result<ExitCode> {
    let mut connection = inspect::connect(url).await?;
    let Some(facts) = inspect::table(&mut connection, &arguments.table).await? else {
        let known = inspect::tables(&mut connection).await?;
        let hint = if known.is_empty() {
            "there are none; `arbitragevault db migrate` makes them".to_owned()
        } else {
            format!("there are {}", known.join(", "))
        };
        anyhow::bail!("there is no table {:?}: {hint}", arguments.table);
    };
    print(arguments.output.format, &facts, text)?;
    Ok(ExitCode::SUCCESS)
}

fn text(facts: &TableFacts) -> String {
    let rows = facts.rows_estimated.map_or_else(
        || "unknown (PostgreSQL has not counted yet: ANALYZE)".to_owned(),
        |rows| format!("about {rows}"),
    );
    let mut text = format!(
        "{}\n  rows          {rows}\n  size          {} with indexes\n  row security  {}\n",
        facts.table,
        bytes(facts.size_bytes),
        if facts.row_security { "on" } else { "off" }
    );
    text += "\ncolumns\n";
    let widest = facts.columns.iter().map(|column| column.name.len()).max();
    let widest = widest.unwrap_or_default();
    for column in &facts.columns {
        let null = if column.nullable { "" } else { " not null" };
        let default = column.default.as_ref();
        let default = default.map_or_else(String::new, |default| format!(" default {default}"));
        text += &format!(
            "  {:widest$}  {}{null}{default}\n",
            column.name, column.r#type
        );
    }
    text += "\nindexes\n";
    for index in &facts.indexes {
        text += &format!(
            "  {} ({}, used {} times)\n    {}\n",
            index.name,
            bytes(index.size_bytes),
            index.scans,
            index.definition
        );
    }
    text += "\nconstraints\n";
    for constraint in &facts.constraints {
        text += &format!("  {}\n    {}\n", constraint.name, constraint.definition);
    }
    text
}
