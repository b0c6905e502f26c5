//! A bare axum handler: what the machine and the server underneath leave to any program.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Answers the files of a folder in turn, whatever is asked.
pub(crate) fn answer(folder: &Path, kind: &str) {
    let files = fs::read_dir(folder).unwrap();
    let bodies = files.map(|file| Bytes::from(fs::read(file.unwrap().path()).unwrap()));
    let bodies: Arc<[Bytes]> = bodies.collect();
    let kind: &'static str = kind.to_owned().leak();
    let turn = Arc::new(AtomicUsize::new(0));
    Runtime::new().unwrap().block_on(async {
        let answer = move |_body: Bytes| {
            let at = turn.fetch_add(1, Ordering::Relaxed) % bodies.len();
            let body = bodies[at].clone();
            async move { ([(CONTENT_TYPE, kind)], body) }
        };
        serve(Router::new().fallback(any(answer))).await;
    });
}

/// Serves on a port of its own, which it says where the parent reads it.
pub(crate) async fn serve(router: Router) {
    let router = router.layer(DefaultBodyLimit::disable());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::print_stderr, reason = "the parent reads it there")]
    {
        eprintln!("http://{address}");
    }
    axum::serve(listener, router).await.unwrap();
}
