//! How many tokens are left: `cargo run --example token_status`. Free.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod support;

#[tokio::main]
async fn main() -> Result<(), keepa_client::KeepaError> {
    let client = support::client()?;
    match client.token_status().await? {
        Some(tokens) => println!(
            "{} tokens left, {} more a minute, {:.1} of them spent by trackings",
            tokens.left, tokens.refill_rate, tokens.flow_reduction
        ),
        None => println!("Keepa told nothing of the tokens"),
    }
    Ok(())
}
