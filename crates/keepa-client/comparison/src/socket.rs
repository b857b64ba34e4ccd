//! A server on this machine that answers every request with the same compressed bytes, and the client that reads them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use keepa_client::{Domain, KeepaClient, ProductBatch, ProductOutcome, ProductRequest};

use crate::{RUNS, megabytes, memory, print_row};

pub fn rows(compressed: &[u8], asins: &[String]) {
    let address = serve(compressed);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            let batch = runtime.block_on(fetch(&address, asins));
            let took = began.elapsed();
            drop(batch);
            took
        })
        .collect();
    print_row("this crate, inflating and decoding overlapped", &mut times);
    let peak = memory::peak_of(|| runtime.block_on(fetch(&address, asins)));
    println!(
        "  of it kept {:.1} MB, at most {:.1} MB with all that was needed to read it",
        megabytes(peak.kept),
        megabytes(peak.most)
    );
}

async fn fetch(address: &str, asins: &[String]) -> ProductBatch {
    let client = KeepaClient::builder("a-key")
        .base_url(address)
        .build()
        .expect("a client");
    let request = ProductRequest::asins(Domain::UnitedStates, asins);
    let batch = client.products(&request).await;
    let is_found = |outcome: &ProductOutcome| matches!(outcome, ProductOutcome::Found(_));
    assert!(batch.outcomes.iter().all(|(_, outcome)| is_found(outcome)));
    batch
}

/// Answers one request on each connection.
fn serve(compressed: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        compressed.len()
    );
    let answer = [head.as_bytes(), compressed].concat();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            // One read holds the whole of so small a request.
            let _ = connection.read(&mut [0; 8 << 10]);
            let _ = connection.write_all(&answer);
        }
    });
    address
}
