use std::io::Write as _;

use anyhow::bail;

use crate::options::Options;
use crate::wiring;
use crate::wiring::engine::Running;
use crate::wiring::signals::StopSignals;

/// Runs background interactions and webhooks of a store until it is told to stop.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let _telemetry = wiring::logging::start(options.server.log_json == Some(true))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work(options))
}

async fn work(options: &Options) -> anyhow::Result<()> {
    if options.store.database.is_none() {
        bail!(
            "a worker works for the servers of a database: name the database with --database; without one, `antiphon serve` does all the \
             work itself"
        );
    }
    wiring::check(options)?;
    let mut signals = StopSignals::listen()?;
    // Nobody can ask for them, but what is recorded must go somewhere that forgets it.
    drop(wiring::engine::metrics()?);
    let place = wiring::stores::open(&options.store).await?;
    let Running {
        engine,
        webhooks: _,
        upkeep,
    } = wiring::engine::start(options, &place).await?;
    let worker = engine.worker_id().map(|id| id.to_string()).unwrap_or_default();
    // Nobody may be reading it.
    writeln!(std::io::stdout(), "working as {worker}").ok();
    tracing::info!(%worker, data = %place.folder.path().display(), "working");
    signals.next().await;
    let grace = options.server.grace();
    tracing::info!(grace = ?grace, "stopping; a second signal stops at once");
    tokio::select! {
        () = engine.shut_down(grace) => {}
        () = signals.next() => {}
    }
    drop(upkeep);
    Ok(())
}
