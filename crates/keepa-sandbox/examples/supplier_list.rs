//! Prints the supplier's list that `docs/examples/supplier-list.csv` is made of, before its damage:
//! `cargo run -p keepa-sandbox --example supplier_list`.

#[expect(clippy::print_stdout, reason = "the list is what it is run for")]
fn main() {
    print!("{}", keepa_sandbox::sample_csv(1, 200));
}
