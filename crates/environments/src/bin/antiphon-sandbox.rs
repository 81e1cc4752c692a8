//! The sandbox by itself: to try a command, to attack it, to measure it.
//!
//! ```text
//! antiphon-sandbox run PROGRAM [ARGUMENT…]   runs one command in a fresh environment
//! antiphon-sandbox self-attack               says what holds on this machine
//! antiphon-sandbox bench [ROUNDS]            measures cold and warm starts, and 40 at once
//! ```
//!
//! `ANTIPHON_SANDBOX_DIRECTORY` names the folder for environments; without it one below the folder for temporary files
//! is made and removed. The tests use this program as the sandbox's helper.

fn main() -> std::process::ExitCode {
    #[cfg(target_os = "linux")]
    {
        if let Some(code) = antiphon_environments::helper_main_if_requested() {
            return code;
        }
        linux::main()
    }
    #[cfg(not(target_os = "linux"))]
    std::process::ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use std::error::Error;
    use std::io::{Write, stderr, stdout};
    use std::process::ExitCode;
    use std::time::{Duration, Instant};

    use antiphon_environments::{
        Command, Ending, EnvironmentId, EnvironmentProvider, NativeConfig, NativeProvider, SandboxPolicy,
    };
    use futures::future::try_join_all;

    type Result<Value> = std::result::Result<Value, Box<dyn Error>>;

    const AT_ONCE: usize = 40;

    pub fn main() -> ExitCode {
        match run() {
            Ok(code) => code,
            Err(error) => {
                // Nowhere else to tell it.
                let _ = writeln!(stderr(), "antiphon-sandbox: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn run() -> Result<ExitCode> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (directory, is_temporary) = match std::env::var_os("ANTIPHON_SANDBOX_DIRECTORY") {
            Some(directory) => (directory.into(), false),
            None => {
                let name = format!("antiphon-sandbox-{}", std::process::id());
                (std::env::temp_dir().join(name), true)
            }
        };
        let result = runtime.block_on(async {
            let provider = NativeProvider::new(NativeConfig::in_directory(&directory))?;
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["run", program, rest @ ..] => once(&provider, program, rest).await,
                ["self-attack"] => attack(&provider).await,
                ["bench"] => bench(&provider, 50).await,
                ["bench", rounds] => bench(&provider, rounds.parse()?).await,
                _ => Err("use `run PROGRAM [ARGUMENT…]`, `self-attack` or `bench [ROUNDS]`".into()),
            }
        });
        if is_temporary {
            std::fs::remove_dir_all(&directory)?;
        }
        result
    }

    async fn once(provider: &NativeProvider, program: &str, rest: &[&str]) -> Result<ExitCode> {
        let id = EnvironmentId::new("run")?;
        let environment = provider.open(id.clone(), SandboxPolicy::default()).await?;
        let argv = std::iter::once(program).chain(rest.iter().copied());
        let outcome = environment.run(Command::new(argv)).await?;
        stdout().write_all(&outcome.stdout.bytes)?;
        stderr().write_all(&outcome.stderr.bytes)?;
        provider.delete(id).await?;
        Ok(match outcome.ending {
            Ending::Exited(code) => ExitCode::from(u8::try_from(code)?),
            ending => {
                writeln!(stderr(), "antiphon-sandbox: {ending:?}")?;
                ExitCode::FAILURE
            }
        })
    }

    async fn attack(provider: &NativeProvider) -> Result<ExitCode> {
        let report = provider.self_attack().await?;
        let mut out = stdout();
        writeln!(out, "{}", report.tier)?;
        writeln!(
            out,
            "memory limit held by a cgroup: {}",
            if report.memory_is_held_by_cgroup { "yes" } else { "no" }
        )?;
        for probe in &report.probes {
            let verdict = if probe.holds { "holds" } else { "BROKEN" };
            writeln!(out, "{verdict:>7}  {} ({})", probe.name, probe.detail)?;
        }
        Ok(ExitCode::from(u8::from(!report.holds())))
    }

    async fn bench(provider: &NativeProvider, rounds: usize) -> Result<ExitCode> {
        let pass = || Command::new(["python3", "-c", "pass"]);
        provider.tier().await?;
        let mut bare = Vec::new();
        let mut cold = Vec::new();
        for round in 0..rounds {
            let begin = Instant::now();
            let status = std::process::Command::new("/usr/bin/python3")
                .args(["-c", "pass"])
                .status()?;
            bare.push(begin.elapsed());
            if !status.success() {
                return Err("python3 failed".into());
            }
            let id = EnvironmentId::new(format!("cold-{round}"))?;
            let begin = Instant::now();
            let environment = provider.open(id.clone(), SandboxPolicy::default()).await?;
            check(&environment.run(pass()).await?.ending)?;
            cold.push(begin.elapsed());
            provider.delete(id).await?;
        }
        let id = EnvironmentId::new("warm")?;
        let environment = provider.open(id.clone(), SandboxPolicy::default()).await?;
        let mut warm = Vec::new();
        let mut nothing = Vec::new();
        for _ in 0..=rounds {
            let begin = Instant::now();
            check(&environment.run(pass()).await?.ending)?;
            warm.push(begin.elapsed());
            let begin = Instant::now();
            check(&environment.run(Command::new(["true"])).await?.ending)?;
            nothing.push(begin.elapsed());
        }
        provider.delete(id).await?;
        // The first started the sandbox.
        warm.remove(0);
        report("python3 without a sandbox", bare)?;
        report("python3, cold", cold)?;
        report("python3, warm", warm)?;
        report("true, warm", nothing)?;
        let ids = (0..AT_ONCE).map(|number| EnvironmentId::new(format!("many-{number}")));
        let ids = ids.collect::<std::result::Result<Vec<_>, _>>()?;
        let begin = Instant::now();
        try_join_all(ids.iter().map(|id| async move {
            let environment = provider.open(id.clone(), SandboxPolicy::default()).await?;
            check(&environment.run(pass()).await?.ending)
        }))
        .await?;
        writeln!(
            stdout(),
            "python3, {AT_ONCE} cold at once: {:?} in all",
            begin.elapsed()
        )?;
        for id in ids {
            provider.delete(id).await?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn check(ending: &Ending) -> Result<()> {
        if ending.is_success() {
            Ok(())
        } else {
            Err(format!("{ending:?}").into())
        }
    }

    fn report(name: &str, mut times: Vec<Duration>) -> Result<()> {
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() - 1) * share / 100).copied().unwrap_or_default();
        writeln!(
            stdout(),
            "{name}: p50 {:.1} ms, p90 {:.1} ms, {} rounds",
            at(50).as_secs_f64() * 1000.0,
            at(90).as_secs_f64() * 1000.0,
            times.len()
        )?;
        Ok(())
    }
}
