use std::time::Duration;

use jiff::Timestamp;

/// For how long a delivery is tried, from its first attempt on.
pub const TRIED_FOR: Duration = Duration::from_hours(24);

const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_hours(4);

/// When to try again after `attempts` that failed; `None` when the time is over. The last attempt is made when the time ends.
///
/// Pauses double from 5 seconds to 4 hours, each lengthened or shortened by up to a quarter (`chance` decides, in 0..=255),
/// so that what failed together does not come back together. `retry_after` is what the receiver asked for.
pub(crate) fn next(
    first: Timestamp,
    now: Timestamp,
    attempts: u32,
    chance: u8,
    retry_after: Option<Duration>,
) -> Option<Timestamp> {
    let end = first.checked_add(TRIED_FOR).ok()?;
    if now >= end {
        return None;
    }
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    let pause = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    let pause = pause.mul_f64(0.75 + f64::from(chance) / 510.0);
    let pause = pause.max(retry_after.unwrap_or_default()).min(TRIED_FOR);
    now.checked_add(pause).ok().map(|due| due.min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_double_their_distance_and_end_with_the_day() {
        let first = Timestamp::UNIX_EPOCH;
        for chance in [0, 255] {
            let mut seconds = Vec::new();
            let (mut now, mut attempts) = (first, 1);
            while let Some(due) = next(first, now, attempts, chance, None) {
                seconds.push(due.as_second() - now.as_second());
                (now, attempts) = (due, attempts + 1);
            }
            assert_eq!(now.as_second(), 24 * 3600, "the last attempt is at the end");
            assert!((14..=22).contains(&attempts), "{attempts} {seconds:?}");
            let near = |pause: i64, of: i64| pause >= of * 3 / 4 - 1 && pause <= of * 5 / 4 + 1;
            assert!(
                near(seconds[0], 5) && near(seconds[1], 10) && near(seconds[6], 320),
                "{seconds:?}"
            );
            assert!(seconds.iter().all(|pause| *pause <= 5 * 3600), "{seconds:?}");
        }
    }

    #[test]
    fn a_receiver_can_ask_for_more_time_but_not_beyond_the_end() {
        let first = Timestamp::UNIX_EPOCH;
        let due = |retry_after| next(first, first, 1, 128, Some(Duration::from_secs(retry_after))).unwrap();
        assert_eq!(due(1).as_second(), 5);
        assert_eq!(due(600).as_second(), 600);
        assert_eq!(due(u64::MAX).as_second(), 24 * 3600);
    }
}
