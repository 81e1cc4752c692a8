//! The choice of the next token from the model's logits.

use antiphon_model_engine::Sampling;
use toktrie::SimpleVob;

/// What the model's file, or else the field's habit, says where the request is silent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Defaults {
    pub temperature: f32,
    pub top_p: f32,
    pub top_k: usize,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_p: 0.95,
            top_k: 64,
        }
    }
}

/// Tokens less likely than the likeliest by this factor (as a logarithm) are never drawn; it keeps the sort short.
const NEGLIGIBLE: f32 = 16.0;

/// Draws tokens for one call.
#[derive(Debug)]
pub(crate) struct Sampler {
    temperature: f32,
    top_p: f32,
    top_k: usize,
    random: fastrand::Rng,
    candidates: Vec<(f32, u32)>,
}

impl Sampler {
    /// `seed` is used where the request has none.
    #[expect(clippy::cast_possible_truncation, reason = "logits are f32")]
    pub fn new(sampling: &Sampling, defaults: Defaults, seed: u64) -> Self {
        let seed = sampling.seed.map_or(seed, i64::cast_unsigned);
        Self {
            temperature: sampling.temperature.map_or(defaults.temperature, |value| value as f32),
            top_p: sampling.top_p.map_or(defaults.top_p, |value| value as f32),
            top_k: defaults.top_k,
            random: fastrand::Rng::with_seed(seed),
            candidates: Vec::new(),
        }
    }

    /// The next token, or `None` where no allowed token has a number for a logit.
    pub fn sample(&mut self, logits: &[f32], mask: Option<&SimpleVob>) -> Option<u32> {
        let (best, highest) = match mask {
            None => likeliest(logits)?,
            Some(mask) => best(indexed(logits).filter(|&(token, _)| mask.is_allowed(token)))?,
        };
        if self.temperature <= 0.0 || !highest.is_finite() {
            return Some(best);
        }
        let floor = highest - self.temperature * NEGLIGIBLE;
        self.candidates.clear();
        self.candidates.extend(
            indexed(logits)
                .filter(|&(token, logit)| logit >= floor && mask.is_none_or(|mask| mask.is_allowed(token)))
                .map(|(token, logit)| (logit, token)),
        );
        let likelier = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if self.top_k > 0 && self.candidates.len() > self.top_k {
            self.candidates.select_nth_unstable_by(self.top_k - 1, likelier);
            self.candidates.truncate(self.top_k);
        }
        self.candidates.sort_unstable_by(likelier);
        let mut total = 0.0;
        for candidate in &mut self.candidates {
            candidate.0 = ((candidate.0 - highest) / self.temperature).exp();
            total += candidate.0;
        }
        let mut share = 0.0;
        let kept = self.candidates.iter().position(|&(weight, _)| {
            share += weight;
            share >= self.top_p * total
        });
        self.candidates
            .truncate(kept.map_or(self.candidates.len(), |last| last + 1));
        let kept: f32 = self.candidates.iter().map(|&(weight, _)| weight).sum();
        let mut draw = self.random.f32() * kept;
        for &(weight, token) in &self.candidates {
            draw -= weight;
            if draw < 0.0 {
                return Some(token);
            }
        }
        self.candidates.last().map(|&(_, token)| token).or(Some(best))
    }
}

fn indexed(logits: &[f32]) -> impl Iterator<Item = (u32, f32)> {
    (0..).zip(logits.iter().copied())
}

/// The first of the highest logits. In lanes, which compilers turn into vector instructions: the vocabulary is large
/// and this is done for every token.
fn likeliest(logits: &[f32]) -> Option<(u32, f32)> {
    let higher = |highest: f32, logit: f32| if logit > highest { logit } else { highest };
    let mut lanes = [f32::NEG_INFINITY; 16];
    let (rows, rest) = logits.as_chunks::<16>();
    for row in rows {
        for (lane, &logit) in lanes.iter_mut().zip(row) {
            *lane = higher(*lane, logit);
        }
    }
    let highest = lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |highest, &logit| higher(highest, logit));
    indexed(logits).find(|&(_, logit)| logit >= highest)
}

fn best(logits: impl Iterator<Item = (u32, f32)>) -> Option<(u32, f32)> {
    logits
        .filter(|(_, logit)| !logit.is_nan())
        .fold(None, |best, next| match best {
            Some((_, highest)) if next.1 <= highest => best,
            Some(_) | None => Some(next),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(temperature: f64, top_p: f64, seed: i64) -> Sampler {
        let sampling = Sampling {
            temperature: Some(temperature),
            top_p: Some(top_p),
            seed: Some(seed),
            ..Sampling::default()
        };
        Sampler::new(&sampling, Defaults::default(), 0)
    }

    #[test]
    fn zero_temperature_takes_the_likeliest_allowed_token() {
        let logits = [0.5, f32::NAN, 2.0, 1.0];
        assert_eq!(sampler(0.0, 1.0, 1).sample(&logits, None), Some(2));
        let many: Vec<f32> = (0..100_u8).map(|token| f32::from(token % 37)).collect();
        assert_eq!(sampler(0.0, 1.0, 1).sample(&many, None), Some(36));
        assert_eq!(sampler(0.0, 1.0, 1).sample(&[f32::NAN; 20], None), None);
        let mut mask = SimpleVob::alloc(4);
        mask.allow_token(0);
        mask.allow_token(3);
        assert_eq!(sampler(0.0, 1.0, 1).sample(&logits, Some(&mask)), Some(3));
        assert_eq!(sampler(1.0, 1.0, 1).sample(&logits, Some(&SimpleVob::alloc(4))), None);
    }

    #[test]
    fn a_seed_repeats_and_top_p_cuts_the_tail() {
        let logits = [1.0, 1.1, 1.2, -3.0];
        let draw = |seed| {
            let mut sampler = sampler(1.0, 1.0, seed);
            (0..32).map(|_| sampler.sample(&logits, None)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut narrow = sampler(1.0, 0.3, 7);
        assert!((0..32).all(|_| narrow.sample(&logits, None) == Some(2)));
    }
}
