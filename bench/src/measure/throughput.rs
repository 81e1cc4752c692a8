use std::time::Duration;

use super::turn::{DIRECT_PATH, PATH, direct, rate, request};
use super::{Bed, rivals};
use crate::Options;
use crate::answers::SHORT;
use crate::report::{Budget, Figure};
use crate::statistics::median;

pub(super) const CLIENTS: usize = 16;
const ROUNDS: usize = 3;

/// Turns per second with 16 clients, beside direct calls and beside other servers.
pub(super) async fn measure(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Figure>> {
    let time = Duration::from_millis(if options.quick { 500 } else { 4_000 });
    let rivals = rivals::start(options, bed).await?;
    let ours = [
        ("unstored", request(SHORT, false, false)),
        ("stored", request(SHORT, true, false)),
        ("streamed, stored", request(SHORT, true, true)),
    ];
    let mut directly = Vec::new();
    let mut rates = ours.each_ref().map(|_| Vec::new());
    let mut others: Vec<Vec<f64>> = rivals.iter().map(|_| Vec::new()).collect();
    // All in turns, so that what disturbs the machine disturbs all alike.
    for _ in 0..ROUNDS {
        let call = direct(SHORT, false);
        directly.push(rate(bed.upstream.address, DIRECT_PATH, &call, CLIENTS, time).await?);
        for ((_, body), rates) in ours.iter().zip(&mut rates) {
            rates.push(rate(bed.antiphon.address, PATH, body, CLIENTS, time).await?);
        }
        for (rival, rates) in rivals.iter().zip(&mut others) {
            rates.push(rate(rival.address(), rival.path, &rival.body, CLIENTS, time).await?);
        }
    }
    let [unstored, stored, streamed] = rates.map(median);
    let others: Vec<f64> = others.into_iter().map(median).collect();
    let mut figures = vec![Figure::new("direct calls, 16 clients", median(directly), "1/s")];
    for budget in rivals::BUDGETS {
        let measured = rivals.iter().zip(&others).find(|(rival, _)| rival.budget == budget);
        let (value, note) = match measured {
            Some((_, &value)) => (value, String::new()),
            None => (
                budget.earlier,
                format!(
                    "{} was not compared in this run; its figure is an earlier one",
                    budget.name
                ),
            ),
        };
        let ours = if budget.stored { stored } else { unstored };
        let kind = if budget.stored { "stored" } else { "unstored" };
        let figure = Figure::new(format!("turns, 16 clients, {kind}"), ours, "1/s").beside(budget.name, value);
        figures.push(figure.budget(Budget::AtLeast(budget.factor)).note(note));
    }
    let streamed = Figure::new("turns, 16 clients, streamed, stored", streamed, "1/s");
    figures.push(streamed);
    Ok(figures)
}
