//! try
use std::time::Duration;
#[tokio::main]
async fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(std::env::var("RUST_LOG").unwrap_or("rounds=info".into()))
        .with_writer(std::io::stderr)
        .init();
    let o = rounds::demo::Options {
        connector: "target/wasm32-wasip2/connector/fhir_r4.wasm".into(),
        seconds: Some(10),
        patients: 20,
        every: Duration::from_millis(500),
        json: false,
    };
    let t = rounds::demo::run(o, &mut std::io::stdout(), Default::default()).await;
    println!("{t:?}");
}
