use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use antiphon_environments::{
    AllowedDomains, EnvironmentProvider, NativeConfig, NativeProvider, Network, RootTree, SandboxPolicy,
};
use antiphon_tools::{CodeExecution, CodeExecutionSettings};
use antiphon_turn_engine::{Clock as _, SystemClock};
use anyhow::{Context as _, bail};

use crate::options::SandboxOptions;

/// Where the environments lie in the data folder.
const FOLDER: &str = "environments";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MIB: u64 = 1024 * 1024;
/// How often unused environments are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);

/// The keeper of the environments. Starts nothing: whether there is a sandbox is found out when one is first wanted.
pub(crate) fn provider(options: &SandboxOptions, data_dir: &Path) -> anyhow::Result<NativeProvider> {
    let mut config = NativeConfig::in_directory(match &options.folder {
        Some(folder) => folder.clone(),
        None => data_dir.join(FOLDER),
    });
    config.user_ids = user_ids(options)?.unwrap_or(config.user_ids);
    config.private_hosts = AllowedDomains::new(&options.allow_private).context("--sandbox-allow-private is wrong")?;
    if let Some(days) = options.keep_days {
        config.keep_unused = DAY.saturating_mul(u32::try_from(days.get()).unwrap_or(u32::MAX));
    }
    NativeProvider::new(config).context("the environments of code_execution cannot be kept")
}

/// The same for `antiphon doctor`: in a folder of its own, with the last of the user ids, so that it meets no running server.
pub(crate) fn trial(options: &SandboxOptions, folder: &Path) -> anyhow::Result<NativeProvider> {
    let mut config = NativeConfig::in_directory(folder);
    let last = *user_ids(options)?.unwrap_or(config.user_ids).end();
    config.user_ids = last..=last;
    NativeProvider::new(config).context("no sandbox can be tried")
}

/// The tool over that keeper.
pub(crate) fn code_execution(options: &SandboxOptions, provider: Arc<NativeProvider>) -> anyhow::Result<CodeExecution> {
    let settings = CodeExecutionSettings::default();
    let policy = policy(options, &settings.policy)?;
    Ok(CodeExecution::new(
        provider,
        CodeExecutionSettings { policy, ..settings },
    ))
}

/// What programs may do.
pub(crate) fn policy(options: &SandboxOptions, default: &SandboxPolicy) -> anyhow::Result<SandboxPolicy> {
    let root = match options.root.as_deref() {
        None => RootTree::Host,
        Some(name) if name == Path::new("host") => RootTree::Host,
        Some(path) if path.is_dir() => RootTree::Folder(std::path::absolute(path)?),
        Some(path) if path.is_file() => RootTree::Tar(std::path::absolute(path)?),
        Some(path) => bail!(
            "--sandbox-root {} is neither a folder nor a tar file; name one, or write `host`",
            path.display()
        ),
    };
    let network = if options.allow.is_empty() {
        Network::Off
    } else {
        Network::Allow(AllowedDomains::new(&options.allow).context("--sandbox-allow is wrong")?)
    };
    let mebibytes = |count: std::num::NonZeroU32| u64::from(count.get()) * MIB;
    Ok(SandboxPolicy {
        root,
        network,
        wall_time: options
            .seconds
            .map_or(default.wall_time, |seconds| Duration::from_secs(seconds.get())),
        memory_bytes: options.memory_mib.map_or(default.memory_bytes, mebibytes),
        disk_bytes: options.disk_mib.map_or(default.disk_bytes, mebibytes),
        ..default.clone()
    })
}

/// Removes environments that nobody uses any more, now and then, for as long as it is polled.
pub(crate) async fn sweep(provider: Arc<NativeProvider>) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        match EnvironmentProvider::sweep(provider.as_ref(), SystemClock.now().into()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(environments = removed, "removed the files of unused environments"),
            Err(error) => tracing::error!(%error, "unused environments could not be removed"),
        }
    }
}

fn user_ids(options: &SandboxOptions) -> anyhow::Result<Option<RangeInclusive<u32>>> {
    let Some(text) = &options.user_ids else {
        return Ok(None);
    };
    text.split_once('-')
        .and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)))
        .filter(|(first, last)| first <= last)
        .map(|(first, last): (u32, u32)| Some(first..=last))
        .with_context(|| format!("--sandbox-user-ids {text} is no range; write FIRST-LAST, as in 200000-265535"))
}
