//! What is missing on this machine, and how to mend it: one line for each thing that `serve` needs.

mod borrowed;
mod database;
mod machine;
mod models;
mod parts;
mod place;
mod report;
#[cfg(target_os = "linux")]
mod sandbox;
mod search;

use anyhow::bail;

use self::report::{Finding, Report};
use crate::commands::runtime;
use crate::options::Options;
use crate::terminal::causes;
use crate::wiring;

pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let mut report = Report::new();
    report.begin()?;
    let file = options.config.clone();
    let options = match options.with_file() {
        Ok(options) => options,
        Err(error) => {
            report.add(&Finding::bad("settings", causes(&error)))?;
            bail!("the settings cannot be read, so nothing else was looked at");
        }
    };
    report.add(&place::settings(file.as_deref()))?;
    if let Err(error) = wiring::check(&options) {
        report.add(&Finding::bad("settings", causes(&error)))?;
    }
    report.add(&machine::log_filter())?;
    for finding in machine::processor(&options.model) {
        report.add(&finding)?;
    }
    report.add(&machine::memory())?;

    let folder = place::folder(&options.store);
    for finding in &folder.findings {
        report.add(finding)?;
    }
    let runtime = runtime()?;
    for finding in runtime.block_on(parts::look(&options.store, &folder)) {
        report.add(&finding)?;
    }
    let address = runtime.block_on(place::address(options.server.listen(), &folder));
    let serving = address.is_served;
    for finding in &address.findings {
        report.add(finding)?;
    }
    for finding in runtime.block_on(models::look(&options.model, folder.path(), serving)) {
        report.add(&finding)?;
    }
    #[cfg(target_os = "linux")]
    for finding in runtime.block_on(sandbox::look(&options.sandbox, folder.path())) {
        report.add(&finding)?;
    }
    for finding in runtime.block_on(search::look(&options.search)) {
        report.add(&finding)?;
    }
    match report.broken() {
        0 => Ok(()),
        1 => bail!("one thing is broken"),
        broken => bail!("{broken} things are broken"),
    }
}
