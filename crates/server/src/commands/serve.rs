use std::future::IntoFuture as _;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use antiphon_http_api::{ApiState, Authority, Reach};
use antiphon_store::Store;
use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::options::Options;
use crate::wiring;
use crate::wiring::engine::Running;
use crate::wiring::signals::StopSignals;

/// How long connections may take to close once every run has ended.
const CLOSING_TIME: Duration = Duration::from_secs(2);

pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let _telemetry = wiring::logging::start(options.server.log_json == Some(true))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(options))
}

async fn serve(options: Options) -> anyhow::Result<()> {
    wiring::check(&options)?;
    let mut signals = StopSignals::listen()?;
    let metrics = wiring::engine::metrics()?;
    let place = wiring::stores::open(&options.store).await?;
    let listener = listen(options.server.listen(), place.store.as_ref()).await?;
    let reach = if listener.local_addr()?.ip().is_loopback() {
        Reach::Loopback
    } else {
        Reach::Beyond
    };
    let Running {
        engine,
        webhooks,
        upkeep,
    } = wiring::engine::start(&options, &place).await?;
    let state = ApiState {
        engine: engine.clone(),
        webhooks,
        authority: Arc::new(Authority::new(
            Arc::clone(&place.store),
            reach,
            options.server.origins(),
        )),
        limits: options.server.http_limits(),
        metrics: Arc::new(move || metrics.render()),
        version: env!("CARGO_PKG_VERSION"),
    };
    let address = listener.local_addr()?;
    // Nobody may be reading it.
    writeln!(std::io::stdout(), "listening on http://{address}").ok();
    tracing::info!(%address, data = %place.folder.path().display(), "serving");
    let grace = options.server.grace();
    let drained = Arc::new(Notify::new());
    let stop = {
        let drained = Arc::clone(&drained);
        async move {
            signals.next().await;
            tracing::info!(grace = ?grace, "stopping; a second signal stops at once");
            tokio::select! {
                () = engine.shut_down(grace) => {}
                () = signals.next() => {}
            }
            drop(upkeep);
            drained.notify_one();
        }
    };
    // Made once; a bare router would be copied, route by route, for each connection.
    let app = antiphon_http_api::router(state).into_make_service();
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Events are small and each should leave at once.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let serving = axum::serve(listener, app).with_graceful_shutdown(stop).into_future();
    // A client that neither reads nor closes must not keep the process.
    let given_up = async {
        drained.notified().await;
        tokio::time::sleep(CLOSING_TIME).await;
    };
    tokio::select! {
        served = serving => served?,
        () = given_up => tracing::warn!("connections that their clients left open were cut"),
    }
    Ok(())
}

/// Listens; beyond loopback only when there are keys.
async fn listen(address: &str, store: &dyn Store) -> anyhow::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(address)
        .await
        .with_context(|| format!("`{address}` is no address to listen on; write HOST:PORT"))?
        .collect();
    let beyond = addresses
        .iter()
        .map(SocketAddr::ip)
        .find(|ip: &IpAddr| !ip.is_loopback());
    if let Some(ip) = beyond
        && store.keys().await?.is_empty()
    {
        bail!(
            "{ip} can be reached from other machines and there are no keys; make one with `antiphon keys create`, or listen on 127.0.0.1"
        );
    }
    TcpListener::bind(addresses.as_slice())
        .await
        .with_context(|| format!("cannot listen on {address}; is another server there? Choose another with --listen"))
}
