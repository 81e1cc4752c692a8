use super::Bed;
use super::turn::{DIRECT_PATH, Turns, direct, request};
use crate::Options;
use crate::answers::{LONG, SHORT};
use crate::report::{Budget, Figure};

const WARM_UP: usize = 200;
const ROUNDS: usize = 20;
/// Turns of one kind in one round; short rounds, so that what disturbs the machine disturbs all kinds alike.
const PER_ROUND: usize = 100;

const UNSTORED: (f64, f64) = (0.4, 1.0);
const STORED_OR_STREAMED: (f64, f64) = (1.0, 5.0);

/// What a turn takes longer than the same call made directly, with one client.
pub(super) async fn measure(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Figure>> {
    let kinds = [
        ("unary, unstored", SHORT, false, false, UNSTORED),
        ("unary, stored", SHORT, true, false, STORED_OR_STREAMED),
        ("streamed, unstored", SHORT, false, true, STORED_OR_STREAMED),
        ("streamed, stored", SHORT, true, true, STORED_OR_STREAMED),
        ("32 tokens, unary, unstored", LONG, false, false, UNSTORED),
        ("32 tokens, streamed, stored", LONG, true, true, STORED_OR_STREAMED),
    ];
    let mut pairs = Vec::new();
    for (_, model, store, stream, _) in kinds {
        let without = Turns::new(bed.upstream.address, DIRECT_PATH, &direct(model, stream)).await?;
        let with = Turns::interaction(bed.antiphon.address, &request(model, store, stream)).await?;
        pairs.push((without, with));
    }
    for (without, with) in &mut pairs {
        without.take_many(WARM_UP).await?;
        with.take_many(WARM_UP).await?;
        without.forget();
        with.forget();
    }
    for _ in 0..options.times(ROUNDS) {
        for (without, with) in &mut pairs {
            without.take_many(PER_ROUND).await?;
            with.take_many(PER_ROUND).await?;
        }
    }
    let mut figures = Vec::new();
    for ((name, _, _, _, (p50, p99)), (without, with)) in kinds.into_iter().zip(&pairs) {
        for (of, what, limit) in [(0.5, "p50", p50), (0.99, "p99", p99)] {
            let (without, with) = (without.durations.quantile(of), with.durations.quantile(of));
            let figure = Figure::new(format!("added latency {what}: {name}"), with - without, "ms");
            figures.push(
                figure
                    .budget(Budget::AtMost(limit))
                    .note(format!("{with:.3} ms, directly {without:.3} ms")),
            );
        }
    }
    Ok(figures)
}
