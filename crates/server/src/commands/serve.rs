use std::future::IntoFuture as _;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use antiphon_http_api::{ApiState, Authority, Reach};
use antiphon_store::Store;
use antiphon_turn_engine::{Entropy as _, Parts, SEALING_KEY_BYTES, Sealer, SystemClock, SystemEntropy, TurnEngine};
use anyhow::{Context as _, bail};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::data_dir::DataDir;
use crate::options::Options;
use crate::wiring;

const SEALING_KEY: &str = "thought-sealing-key";
/// How long connections may take to close once every run has ended.
const CLOSING_TIME: Duration = Duration::from_secs(2);
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);
const METRICS_INTERVAL: Duration = Duration::from_secs(5);

pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let _telemetry = wiring::logging::start(options.server.log_json == Some(true))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(options))
}

async fn serve(options: Options) -> anyhow::Result<()> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .context("metrics cannot be recorded")?;
    tokio::spawn(keep_up(metrics.clone()));
    let folder = DataDir::open(options.store.data_dir.as_deref())?;
    let _lock = folder.lock()?;
    let store = wiring::stores::open(&folder.database(), &options.store)?;
    let listener = listen(options.server.listen(), store.as_ref()).await?;
    let reach = if listener.local_addr()?.ip().is_loopback() {
        Reach::Loopback
    } else {
        Reach::Beyond
    };
    let (models, place) = (options.model.clone(), options.store.clone());
    let registry = tokio::task::spawn_blocking(move || wiring::models::registry(&models, &place)).await??;
    if registry.is_empty() {
        tracing::warn!("{}", antiphon_turn_engine::Error::NoModel);
    }
    let engine = TurnEngine::new(Parts {
        sealer: sealer(store.as_ref()).await?,
        store: Arc::clone(&store),
        registry,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        limits: options.server.limits(),
    });
    let failed = engine
        .recover()
        .await
        .context("unfinished interactions cannot be ended")?;
    if failed > 0 {
        tracing::warn!(
            interactions = failed,
            "interactions that ran when the server stopped have failed"
        );
    }
    if let Some(age) = options.store.retention() {
        tokio::spawn(sweep(engine.clone(), age));
    }
    let state = ApiState {
        engine: engine.clone(),
        authority: Arc::new(Authority::new(store, reach, options.server.cors_origin.clone())),
        limits: options.server.http_limits(),
        metrics: Arc::new(move || metrics.render()),
        version: env!("CARGO_PKG_VERSION"),
    };
    let address = listener.local_addr()?;
    // Nobody may be reading it.
    writeln!(std::io::stdout(), "listening on http://{address}").ok();
    tracing::info!(%address, data = %folder.path().display(), "serving");
    let grace = options.server.grace();
    let drained = Arc::new(Notify::new());
    let stop = {
        let drained = Arc::clone(&drained);
        async move {
            stop_signal().await;
            tracing::info!(grace = ?grace, "stopping; a second signal stops at once");
            tokio::select! {
                () = engine.shut_down(grace) => {}
                () = stop_signal() => {}
            }
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

/// The sealer with the store's key, which is made once.
async fn sealer(store: &dyn Store) -> anyhow::Result<Sealer> {
    let mut candidate = vec![0; SEALING_KEY_BYTES];
    SystemEntropy.fill(&mut candidate);
    let key = store.secret(SEALING_KEY, candidate).await?;
    Sealer::new(&key)
        .ok()
        .context("the stored key that seals thoughts has a wrong length")
}

/// Adds up what was recorded since the last time; without it every value is held until somebody asks for the metrics.
async fn keep_up(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(METRICS_INTERVAL);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

async fn sweep(engine: TurnEngine, age: Duration) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        match engine.sweep(age).await {
            Ok(0) => {}
            Ok(erased) => tracing::info!(interactions = erased, "erased what was kept long enough"),
            Err(error) => tracing::error!(%error, "the retention sweep failed"),
        }
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not heard");
                interrupt.await.ok();
            }
        }
    }
    #[cfg(not(unix))]
    interrupt.await.ok();
}
