use std::time::Duration;

/// Durations of repetitions of one thing.
#[derive(Debug, Default, Clone)]
pub(crate) struct Durations(Vec<Duration>);

impl Durations {
    pub(crate) fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The duration that the share `of` (0 to 1) of all does not exceed, in milliseconds.
    pub(crate) fn quantile(&self, of: f64) -> f64 {
        let values: Vec<f64> = self.0.iter().map(|duration| duration.as_secs_f64() * 1e3).collect();
        quantile(values, of)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The value that the share `of` of all does not exceed; 0 of nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rank among some thousand values"
)]
pub(crate) fn quantile(mut values: Vec<f64>, of: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let rank = (values.len() as f64 * of).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

pub(crate) fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values = || (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(values(), 0.5), 50.0);
        assert_eq!(quantile(values(), 0.99), 99.0);
        assert_eq!(quantile(vec![7.0], 0.99), 7.0);
        assert_eq!(quantile(Vec::new(), 0.5), 0.0);
    }
}
