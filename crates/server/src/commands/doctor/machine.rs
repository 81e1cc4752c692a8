use std::env;
use std::thread;

use sysinfo::System;
use tracing_subscriber::EnvFilter;

use super::report::Finding;
use crate::options::ModelOptions;
use crate::terminal;

/// A local model of the smallest useful kind takes about so much.
const SMALL_MEMORY: u64 = 2_000_000_000;

/// `RUST_LOG`: a wrong one is ignored when the server logs.
pub(super) fn log_filter() -> Finding {
    match env::var("RUST_LOG") {
        Err(_) => Finding::good("logs", "RUST_LOG is not set: `info` and above"),
        Ok(text) => match EnvFilter::try_new(&text) {
            Ok(_) => Finding::good("logs", format!("RUST_LOG={text}")),
            Err(error) => Finding::bad(
                "logs",
                format!("RUST_LOG={text} is wrong and would be ignored: {error}"),
            )
            .mend("set it like RUST_LOG=info,antiphon=debug, or unset it"),
        },
    }
}

/// What a local model computes with.
pub(super) fn processor(options: &ModelOptions) -> Vec<Finding> {
    let cores = match thread::available_parallelism() {
        Ok(cores) => {
            let threads = cores.get().saturating_sub(1).max(1);
            let plural = if cores.get() == 1 { "core" } else { "cores" };
            Finding::good(
                "processor",
                format!("{cores} {plural}; a local model computes with {threads} by default"),
            )
        }
        Err(error) => Finding::open("processor", format!("the number of cores is not known: {error}")),
    };
    vec![cores, instructions(options)]
}

#[cfg(target_arch = "x86_64")]
fn instructions(options: &ModelOptions) -> Finding {
    let missing: Vec<&str> = [
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        ("FMA", std::arch::is_x86_feature_detected!("fma")),
        ("F16C", std::arch::is_x86_feature_detected!("f16c")),
    ]
    .into_iter()
    .filter_map(|(name, there)| (!there).then_some(name))
    .collect();
    if missing.is_empty() {
        let more = if std::arch::is_x86_feature_detected!("avx512f") {
            ", AVX-512"
        } else {
            ""
        };
        return Finding::good("instructions", format!("AVX2, FMA, F16C{more}"));
    }
    let said = format!("the processor has no {}, which local models need", missing.join(", "));
    let remedy = "let another machine compute: antiphon serve --upstream URL";
    match options.model.is_some() {
        true => Finding::bad("instructions", said).mend(remedy),
        false => Finding::open("instructions", said).mend(remedy),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn instructions(_: &ModelOptions) -> Finding {
    Finding::good("instructions", format!("those of {}", env::consts::ARCH))
}

pub(super) fn memory() -> Finding {
    let (free, total) = free_memory();
    if total == 0 {
        return Finding::open("memory", "its size is not known");
    }
    let said = format!("{} free of {}", terminal::bytes(free), terminal::bytes(total));
    if free < SMALL_MEMORY {
        Finding::open(
            "memory",
            format!("{said}: enough for the server, little for a local model"),
        )
    } else {
        Finding::good("memory", said)
    }
}

/// Free and all memory, in bytes, within the limits of this process' group.
pub(super) fn free_memory() -> (u64, u64) {
    let Ok(mut system) = System::new() else { return (0, 0) };
    system.refresh_memory();
    match system.cgroup_limits() {
        Some(limits) if limits.total_memory > 0 && limits.total_memory < system.total_memory() => {
            (limits.free_memory.min(system.available_memory()), limits.total_memory)
        }
        Some(_) | None => (system.available_memory(), system.total_memory()),
    }
}
