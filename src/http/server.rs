//! The socket: connections in, requests to the routes, and an orderly end.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower_service::Service;

use super::{visitors::Visitors, watched::Watched};
use crate::config::ServerConfig;

/// The most requests of one HTTP/2 connection at once.
const STREAMS: u32 = 128;

/// The most headers of a request.
const HEADERS: usize = 100;

/// How much larger than our own limits the head of a request may be, in bytes, so that it can be told what is wrong.
const HEAD_TO_SPARE: usize = 8 * 1_024;

/// Serves until `stop` is ready; then takes no new connections and lets the requests under way finish, at most for
/// the configured time.
pub async fn serve(listener: TcpListener, router: Router, settings: &ServerConfig, stop: impl Future<Output = ()>) {
    let builder = builder(settings);
    let open = Arc::new(Semaphore::new(settings.connections));
    let visitors = Visitors::new(settings.connections_per_client, &settings.trusted_proxies);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &open) => accepted,
        };
        let (stream, address, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most likely there are too many open files, which waiting cures.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(visit) = visitors.admit(address.ip()) else {
            tracing::debug!("a connection was closed: its client has too many");
            continue;
        };
        let router = router.clone();
        let has_asked = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&has_asked);
        let service = service_fn(move |mut request: Request<Incoming>| {
            asks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(ConnectInfo(address));
            let answer = router.clone().call(request);
            async move { answer.await as Result<Response<Body>, Infallible> }
        });
        let stream = TokioIo::new(Watched::new(stream, settings.write_timeout));
        let connection = builder.serve_connection_with_upgrades(stream, service).into_owned();
        let connection = graceful.watch(connection);
        let patience = settings.header_timeout;
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = match tokio::time::timeout(patience, &mut connection).await {
                Ok(ended) => ended,
                Err(_) if has_asked.load(Ordering::Relaxed) => connection.await,
                // The time for heads begins when it is clear which version of HTTP a client speaks.
                Err(_) => Ok(()),
            };
            // What breaks a connection is the client's affair.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
            drop((permit, visit));
        });
    }
    drop(listener);
    tracing::info!("stopping: no new connections are taken, requests under way finish");
    if tokio::time::timeout(settings.shutdown_timeout, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests that were still under way have been broken off");
    }
}

/// Both versions of HTTP with their limits.
fn builder(settings: &ServerConfig) -> Builder<TokioExecutor> {
    let head = settings.url_bytes + settings.header_bytes + HEAD_TO_SPARE;
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_headers(HEADERS)
        .max_buf_size(head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .max_header_list_size(u32::try_from(head).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS);
    builder
}

async fn accept(
    listener: &TcpListener,
    open: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(open).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, address, permit))
}
