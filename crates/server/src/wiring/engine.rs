use std::sync::Arc;
use std::time::Duration;

use antiphon_store::{ProjectId, Store};
use antiphon_store_blobs::BlobStore;
use antiphon_turn_engine::{
    Clock as _, Entropy as _, Parts, SEALING_KEY_BYTES, Sealer, SystemClock, SystemEntropy, TurnEngine,
};
use antiphon_webhooks::Webhooks;
use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::task::JoinSet;

use super::stores::Place;
use crate::options::{Options, policies, retentions};
use crate::wiring;

const SEALING_KEY: &str = "thought-sealing-key";
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);
const METRICS_INTERVAL: Duration = Duration::from_secs(5);

/// What runs interactions, with or without HTTP in front.
pub(crate) struct Running {
    pub(crate) engine: TurnEngine,
    pub(crate) webhooks: Webhooks,
    /// Ended when dropped.
    pub(crate) upkeep: JoinSet<()>,
}

/// Loads the models and begins to run jobs.
pub(crate) async fn start(options: &Options, place: &Place) -> anyhow::Result<Running> {
    let retentions = retentions(&options.projects, options.store.retention())?;
    let (models, store_options) = (options.model.clone(), options.store.clone());
    let registry = tokio::task::spawn_blocking(move || wiring::models::registry(&models, &store_options)).await??;
    if registry.is_empty() {
        tracing::warn!("{}", antiphon_turn_engine::Error::NoModel);
    }
    let store = &place.store;
    let webhooks = Webhooks::new(antiphon_webhooks::Parts {
        store: Arc::clone(store),
        outbound: wiring::tools::outbound::rules(&options.outbound)?,
        now: Arc::new(|| SystemClock.now()),
        random: Arc::new(|bytes| SystemEntropy.fill(bytes)),
    })
    .context("webhooks cannot be sent")?;
    let wiring::tools::ServerTools { tools, mut upkeep } = wiring::tools::open(options, place.folder.path())?;
    // An upstream may take its time to answer.
    upkeep.spawn(wiring::models::warn_of_lost_aliases(registry.clone()));
    let engine = TurnEngine::start(Parts {
        sealer: sealer(store.as_ref()).await?,
        store: Arc::clone(store),
        registry,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        limits: options.jobs.limits(options.server.limits()),
        projects: policies(&options.projects),
        tools,
        outbox: Arc::new(webhooks.clone()),
        handlers: webhooks.handlers(),
        jobs: options.jobs.worker(),
    })
    .await
    .context("the store's jobs cannot be run")?;
    if !retentions.is_empty() {
        upkeep.spawn(sweep(engine.clone(), retentions));
    }
    upkeep.spawn(collect(Arc::clone(&place.blobs)));
    Ok(Running {
        engine,
        webhooks,
        upkeep,
    })
}

/// Deletes large bytes of interactions that are gone.
async fn collect(blobs: Arc<BlobStore>) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        match blobs.collect_garbage(SystemClock.now()).await {
            Ok(0) => {}
            Ok(objects) => tracing::info!(objects, "deleted what belongs to no interaction any more"),
            Err(error) => tracing::warn!(%error, "what belongs to no interaction any more cannot be deleted now"),
        }
    }
}

/// Begins to record metrics.
pub(crate) fn metrics() -> anyhow::Result<PrometheusHandle> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .context("metrics cannot be recorded")?;
    tokio::spawn(keep_up(metrics.clone()));
    Ok(metrics)
}

/// Adds up what was recorded since the last time; without it every value is held until somebody asks for the metrics.
async fn keep_up(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(METRICS_INTERVAL);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
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

async fn sweep(engine: TurnEngine, retentions: Vec<(Option<ProjectId>, Duration)>) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        for (project, age) in &retentions {
            match engine.sweep(project.clone(), *age).await {
                Ok(0) => {}
                Ok(erased) => tracing::info!(interactions = erased, "erased what was kept long enough"),
                Err(error) => tracing::error!(%error, "the retention sweep failed"),
            }
        }
    }
}
