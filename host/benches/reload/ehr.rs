//! An EHR where nothing ever changes.

use anyhow::Result;
use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use tokio::net::TcpListener;

/// Serves as long as the benchmark runs; answers its base URL.
#[expect(clippy::disallowed_methods, reason = "it ends with the process")]
pub(crate) async fn start() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let nothing = async || ([(CONTENT_TYPE, "application/json")], r#"{"appointments":[]}"#);
    let router = Router::new().route("/appointments", get(nothing));
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(url)
}
