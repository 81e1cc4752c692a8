use serde_json::json;

use super::Bed;
use super::turn::{PATH, Turns};
use crate::Options;
use crate::answers::SHORT;
use crate::report::{Budget, Figure};
use crate::statistics::Durations;

const TURNS: usize = 1_000;
const CLIENTS: usize = 16;

/// How long a background interaction takes to be accepted, with one client and with sixteen.
pub(super) async fn measure(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Figure>> {
    let body = json!({"model": SHORT, "input": "Say hello.", "background": true});
    let mut figures = Vec::new();
    for clients in [1, CLIENTS] {
        let mut running = Vec::new();
        for _ in 0..clients {
            let mut turns = Turns::new(bed.antiphon.address, PATH, &body).await?;
            let count = options.times(TURNS).div_ceil(clients);
            running.push(tokio::spawn(async move {
                turns.take_many(count).await?;
                anyhow::Ok(turns.durations)
            }));
        }
        let mut durations = Durations::default();
        for client in running {
            durations.extend(client.await??);
        }
        let what = format!(
            "background accepted p99, {clients} client{}",
            if clients == 1 { "" } else { "s" }
        );
        let note = format!("p50 {:.3} ms", durations.quantile(0.5));
        figures.push(
            Figure::new(what, durations.quantile(0.99), "ms")
                .budget(Budget::AtMost(20.0))
                .note(note),
        );
    }
    Ok(figures)
}
