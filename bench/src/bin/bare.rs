//! The ceiling: the same server library answering a constant of a given size, with nothing behind it.
//! `bare <port> <bytes> <content type>`

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let port: u16 = args.next().and_then(|port| port.parse().ok()).unwrap_or(8099);
    let size: usize = args.next().and_then(|size| size.parse().ok()).unwrap_or(300);
    let kind = args.next().unwrap_or_else(|| "application/json".to_owned());
    let body = "x".repeat(size);
    let answer = move || {
        let (body, kind) = (body.clone(), kind.clone());
        async move { ([(CONTENT_TYPE, kind)], body) }
    };
    let app = Router::new().fallback(any(answer));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app).await
}
