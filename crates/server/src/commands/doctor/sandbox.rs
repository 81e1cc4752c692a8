use std::path::{Path, PathBuf};

use antiphon_environments::{EnvironmentProvider as _, Error, NativeProvider, SandboxPolicy};

use super::borrowed::Borrowed;
use super::report::Finding;
use crate::options::SandboxOptions;
use crate::terminal::causes;
use crate::wiring::tools::sandbox;

const ABOUT: &str = "sandbox";

/// Builds a sandbox where the environments will lie, or beside them, and attacks it.
pub(super) async fn look(options: &SandboxOptions, data_dir: Option<&Path>) -> Vec<Finding> {
    if options.code_execution == Some(false) {
        return vec![Finding::open(ABOUT, "not needed: --code-execution false")];
    }
    let Some(data_dir) = data_dir else {
        return vec![Finding::open(ABOUT, "not tried: there is no data folder")];
    };
    let folder = options.folder.as_deref().unwrap_or(data_dir);
    let _borrowed = Borrowed::new(folder);
    let trial = Trial(folder.join(format!(".doctor-{}", std::process::id())));
    let tried = match sandbox::policy(options, &SandboxPolicy::default()) {
        Ok(policy) => sandbox::trial(options, &trial.0).map(|provider| (provider, policy)),
        Err(error) => Err(error),
    };
    match tried {
        Ok((provider, policy)) => attack(&provider, &policy).await,
        Err(error) => vec![Finding::bad(ABOUT, causes(&error))],
    }
}

async fn attack(provider: &NativeProvider, policy: &SandboxPolicy) -> Vec<Finding> {
    let attacked = match provider.self_attack().await {
        Ok(attacked) => attacked,
        Err(error) => return refused(&error),
    };
    let held = attacked.probes.iter().filter(|probe| probe.holds).count();
    let said = format!(
        "{}; memory is held {}; {held} of {} attacks were stopped",
        attacked.tier,
        if attacked.memory_is_held_by_cgroup {
            "by a cgroup"
        } else {
            "by a watch, since no cgroup can be written"
        },
        attacked.probes.len()
    );
    let mut findings = vec![if attacked.holds() {
        Finding::good(ABOUT, said)
    } else {
        Finding::bad(ABOUT, said).mend("switch it off with --code-execution false, and report what follows")
    }];
    findings.extend(attacked.probes.iter().map(|probe| {
        let said = format!("{}: {}", probe.name, probe.detail);
        if probe.holds {
            Finding::good("", said)
        } else {
            Finding::bad("", said)
        }
    }));
    // The root and the network that the settings ask for may need more than the attack did.
    if let Err(error) = provider.ready(policy).await {
        findings.push(Finding::bad(ABOUT, format!("not with these settings: {error}")));
    }
    findings
}

/// Nothing is broken by it: the server runs, and refuses `code_execution`.
fn refused(error: &Error) -> Vec<Finding> {
    match error {
        Error::SandboxUnavailable { attempts } => {
            let mut findings = vec![Finding::open(
                ABOUT,
                "none can be had here, so `code_execution` is refused",
            )];
            findings.extend(attempts.iter().map(|attempt| {
                Finding::open("", format!("{}: {}", attempt.tier, attempt.cause)).mend(attempt.remedy.as_str())
            }));
            findings
        }
        other => vec![Finding::bad(ABOUT, other.to_string())],
    }
}

/// A folder for the trial, removed afterwards.
struct Trial(PathBuf);

impl Drop for Trial {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the folder of the trial is left");
        }
    }
}
