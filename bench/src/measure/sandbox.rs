use std::sync::Arc;
use std::time::Instant;

use antiphon_environments::{
    Command, EnvironmentId, EnvironmentProvider as _, NativeConfig, NativeProvider, SandboxPolicy,
};
use anyhow::ensure;
use tempfile::TempDir;

use super::bare::{PYTHON, python};
use crate::Options;
use crate::report::{Budget, Figure};
use crate::statistics::{Durations, median};

const TIMES: usize = 50;
const TOGETHER: usize = 40;
const ROUNDS: usize = 3;
/// Apart from those of servers on the same machine.
const USER_IDS: std::ops::RangeInclusive<u32> = 301_000..=301_999;

/// `python3 -c pass` in a sandbox, from the call to its result, beside the same without one.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let folder = TempDir::new()?;
    let provider = Arc::new(NativeProvider::new(NativeConfig {
        user_ids: USER_IDS,
        ..NativeConfig::in_directory(folder.path())
    })?);
    let (mut bare, mut cold, mut warm) = (Durations::default(), Durations::default(), Durations::default());
    in_sandbox(&provider, "kept").await?;
    for number in 0..options.times(TIMES) {
        let began = Instant::now();
        python().await?;
        bare.push(began.elapsed());
        let began = Instant::now();
        in_sandbox(&provider, &format!("cold-{number}")).await?;
        cold.push(began.elapsed());
        let began = Instant::now();
        in_sandbox(&provider, "kept").await?;
        warm.push(began.elapsed());
    }
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for round in 0..options.times(ROUNDS) {
        let began = Instant::now();
        let running: Vec<_> = (0..TOGETHER).map(|_| tokio::spawn(python())).collect();
        for program in running {
            program.await??;
        }
        alone.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let running: Vec<_> = (0..TOGETHER)
            .map(|number| {
                let (provider, id) = (Arc::clone(&provider), format!("together-{round}-{number}"));
                tokio::spawn(async move { in_sandbox(&provider, &id).await })
            })
            .collect();
        for program in running {
            program.await??;
        }
        together.push(began.elapsed().as_secs_f64());
    }
    let floor = bare.quantile(0.5);
    let new = Figure::new("python3 -c pass in a new sandbox p50", cold.quantile(0.5), "ms");
    let kept = Figure::new("python3 -c pass in a kept sandbox p50", warm.quantile(0.5), "ms");
    let many = Figure::new(
        format!("{TOGETHER} new sandboxes at once, all done"),
        median(together),
        "s",
    );
    Ok(vec![
        new.budget(Budget::AtMost(50.0)).note(format!(
            "p99 {:.1} ms; without a sandbox {floor:.1} ms",
            cold.quantile(0.99)
        )),
        kept.beside("without a sandbox", floor)
            .note(format!("p99 {:.1} ms", warm.quantile(0.99))),
        many.beside("without sandboxes", median(alone)),
    ])
}

async fn in_sandbox(provider: &NativeProvider, id: &str) -> anyhow::Result<()> {
    let environment = provider
        .open(EnvironmentId::new(id.to_owned())?, SandboxPolicy::default())
        .await?;
    let outcome = environment.run(Command::new(PYTHON)).await?;
    ensure!(
        outcome.ending.is_success(),
        "python3 ended as {:?}: {}",
        outcome.ending,
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
    Ok(())
}
