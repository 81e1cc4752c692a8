use std::time::Duration;

use antiphon_store::{Format, Inspection, QueueDepth, Stuck, StuckReason};
use antiphon_turn_engine::{Clock as _, SystemClock};
use serde_json::Value;

use super::report::Finding;

/// The documents that are looked into.
pub(super) const WEBHOOKS: &str = "webhooks";
/// A commit that takes longer slows every turn down.
const SLOW: Duration = Duration::from_millis(100);
/// So many stuck runs are named.
const NAMED: usize = 3;

/// What the inside of the database says.
pub(super) fn findings(inspection: &Inspection) -> Vec<Finding> {
    let format = format(&inspection.format);
    if inspection.format.stored != inspection.format.current && inspection.commits.is_empty() {
        return vec![format];
    }
    let mut findings = vec![format, commits(&inspection.commits), contents(inspection)];
    findings.push(stuck(&inspection.stuck));
    findings.push(queue(&inspection.queue));
    findings.extend(webhooks(inspection));
    findings
}

fn format(format: &Format) -> Finding {
    let Format {
        stored,
        reads_from,
        current,
    } = format;
    if format.is_beyond() {
        return Finding::bad(
            "format",
            format!("{stored}, for builds that know {reads_from} or newer; this one knows {current}"),
        )
        .mend("start the newer antiphon that changed it");
    }
    match stored {
        0 => Finding::open("format", format!("none yet; the first start makes {current}")),
        stored if stored < current => {
            Finding::open("format", format!("{stored}; this build makes {current} of it")).mend("antiphon migrate")
        }
        stored => Finding::good("format", format!("{stored}; this build makes {current}")),
    }
}

fn commits(times: &[Duration]) -> Finding {
    let Some(middle) = times.get(times.len() / 2) else {
        return Finding::open("commits", "not measured");
    };
    let said = format!("{:.1} ms each", middle.as_secs_f64() * 1e3);
    if *middle > SLOW {
        return Finding::open(
            "commits",
            format!("{said}: slow, and every turn waits for at least one"),
        )
        .mend("look at the disk, or at the way to the database");
    }
    Finding::good("commits", said)
}

fn contents(inspection: &Inspection) -> Finding {
    let Inspection {
        interactions,
        unfinished,
        oldest,
        ..
    } = inspection;
    let oldest = oldest.map_or_else(String::new, |oldest| format!(", the oldest of {oldest:.0}"));
    Finding::good(
        "interactions",
        format!("{interactions} kept, {unfinished} unfinished{oldest}"),
    )
}

fn stuck(stuck: &[Stuck]) -> Finding {
    let lost: Vec<&Stuck> = stuck
        .iter()
        .filter(|stuck| stuck.reason == StuckReason::NoJob)
        .collect();
    let count = |reason| stuck.iter().filter(|stuck| stuck.reason == reason).count();
    let (abandoned, orphaned) = (count(StuckReason::Abandoned), count(StuckReason::Orphaned));
    if !lost.is_empty() {
        return Finding::bad(
            "stuck runs",
            format!(
                "{} have no job, so nobody will go on with them: {}",
                lost.len(),
                named(&lost)
            ),
        )
        .mend("cancel them, and report this as a bug");
    }
    let waiting: Vec<&Stuck> = stuck.iter().collect();
    match (abandoned, orphaned) {
        (0, 0) => Finding::good("stuck runs", "none"),
        _ => Finding::open(
            "stuck runs",
            format!(
                "{abandoned} in the background wait to be taken over, {orphaned} in the foreground to be ended: {}",
                named(&waiting)
            ),
        )
        .mend("start antiphon serve or antiphon work; where one runs, wait for the length of a lease"),
    }
}

fn named(stuck: &[&Stuck]) -> String {
    let mut names: Vec<String> = stuck
        .iter()
        .take(NAMED)
        .map(|stuck| format!("{} of project {} since {:.0}", stuck.id, stuck.project, stuck.updated))
        .collect();
    if stuck.len() > NAMED {
        names.push(format!("and {} more", stuck.len() - NAMED));
    }
    names.join(", ")
}

fn queue(depths: &[QueueDepth]) -> Finding {
    if depths.is_empty() {
        return Finding::good("queue", "empty");
    }
    let now = SystemClock.now();
    let kinds: Vec<String> = depths
        .iter()
        .map(|depth| {
            let QueueDepth {
                kind,
                waiting,
                held,
                abandoned,
                oldest_due,
            } = depth;
            let oldest = oldest_due.map_or_else(String::new, |due| {
                let seconds = now.duration_since(due).as_secs().max(0);
                format!(", the oldest due for {seconds} s")
            });
            format!("{kind}: {waiting} waiting{oldest}, {held} held, {abandoned} abandoned")
        })
        .collect();
    Finding::good("queue", kinds.join("; "))
}

fn webhooks(inspection: &Inspection) -> Option<Finding> {
    let state = |body: &str| {
        let body: Value = serde_json::from_str(body).ok()?;
        Some(body.get("state")?.as_str()?.to_owned())
    };
    let failing: Vec<String> = inspection
        .documents
        .iter()
        .filter(|(_, _, body)| state(body).as_deref() == Some("disabled_due_to_failed_deliveries"))
        .map(|(project, id, _)| format!("{id} of project {project}"))
        .collect();
    let sealed = inspection.documents.iter().any(|(_, _, body)| state(body).is_none());
    match (inspection.documents.len(), failing.len()) {
        (0, _) => None,
        (all, 0) if sealed => Some(Finding::open(
            "webhooks",
            format!("{all}; whether some were given up is encrypted"),
        )),
        (all, 0) => Some(Finding::good("webhooks", format!("{all}, none given up"))),
        (all, some) => Some(
            Finding::open(
                "webhooks",
                format!(
                    "{some} of {all} are disabled because deliveries failed: {}",
                    failing.join(", ")
                ),
            )
            .mend("mend their receivers; then their owners enable them again"),
        ),
    }
}
