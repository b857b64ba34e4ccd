//! How long an answer about 100 made-up products takes over HTTP: `cargo bench -p keepa-sandbox --bench products`.

use std::net::{Ipv4Addr, SocketAddr};

use keepa_sandbox::{Catalogue, Sandbox, SandboxConfig};

fn main() {
    divan::main();
}

/// Keepa's limit of one request (source: Keepa's documentation of `/product`).
const PRODUCTS: u32 = 100;

#[expect(
    clippy::expect_used,
    reason = "a benchmark stops when its input is wrong"
)]
#[divan::bench(min_time = 3)]
fn serve_100_products(bencher: divan::Bencher<'_, '_>) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sandbox = Sandbox::start(SandboxConfig::default(), address).expect("a free port");
    let catalogue = Catalogue::new(1);
    let asins: Vec<String> = (0..PRODUCTS).map(|index| catalogue.asin(index)).collect();
    let url = format!(
        "{}/product?key=k&domain=1&stats=90&buybox=1&asin={}",
        sandbox.url(),
        asins.join(",")
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .tls_certs_only([])
        .gzip(false)
        .build()
        .expect("a client");
    bencher
        .counter(divan::counter::ItemsCount::new(PRODUCTS))
        .bench(|| {
            runtime.block_on(async {
                let response = client.get(&url).send().await.expect("an answer");
                response.bytes().await.expect("a whole body").len()
            })
        });
}
