/// How many tokens of each call the next step computes.
///
/// `pending` has what each call still has to compute, at least 1. An answer has one token pending, a prompt many.
/// `step` is the most for the whole step. While some answer is running, the prompts together get `shared` tokens for
/// each of them, but not more than half a step.
/// Answers always get their token. Every prompt gets its part of `shared`, so a newcomer is read from its first step
/// on, however long the prompts before it are, and none starves. What is left goes to the shortest first, which is
/// then out of the way soonest; rows of one sequence are also cheaper than as many rows of several.
pub(super) fn shares(pending: &[usize], step: usize, shared: usize) -> Vec<usize> {
    let mut shares: Vec<usize> = pending.iter().map(|&tokens| usize::from(tokens == 1)).collect();
    let answers: usize = shares.iter().sum();
    let mut prompts: Vec<usize> = (0..pending.len()).filter(|&index| pending[index] > 1).collect();
    prompts.sort_by_key(|&index| pending[index]);
    let room = step.saturating_sub(answers);
    let together = shared.saturating_mul(prompts.len()).min((step / 2).max(shared)).max(1);
    let mut left = if answers > 0 { room.min(together) } else { room };
    let sure = (shared / prompts.len().max(1)).max(1);
    for (index, waiting) in prompts.iter().zip((1..=prompts.len()).rev()) {
        // Rounded up, so that no prompt is left out while anything is left.
        let share = pending[*index].min(sure).min(left.div_ceil(waiting));
        shares[*index] = share;
        left -= share;
    }
    for index in prompts {
        let more = (pending[index] - shares[index]).min(left);
        shares[index] += more;
        left -= more;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_on_while_a_long_prompt_is_read() {
        assert_eq!(shares(&[1, 5000, 1], 256, 32), [1, 32, 1]);
    }

    #[test]
    fn a_lone_prompt_gets_the_whole_step() {
        assert_eq!(shares(&[5000], 256, 32), [256]);
        assert_eq!(shares(&[100], 256, 32), [100]);
    }

    #[test]
    fn a_newcomer_is_read_beside_a_longer_prompt_and_the_shorter_is_done_first() {
        assert_eq!(shares(&[5000, 10], 256, 32), [246, 10]);
        assert_eq!(shares(&[5000, 400], 256, 32), [16, 240]);
        assert_eq!(shares(&[5000, 5000, 9000], 64, 32), [44, 10, 10]);
        assert_eq!(shares(&[1, 5000, 8], 256, 32), [1, 56, 8]);
        assert_eq!(shares(&[1, 5000, 5000], 256, 32), [1, 48, 16]);
        assert_eq!(shares(&[1, 5000, 5000], 64, 32), [1, 16, 16]);
    }

    #[test]
    fn a_step_is_never_larger_than_allowed() {
        for pending in [vec![1, 1, 1, 9], vec![9, 9, 9, 9], vec![2, 2, 1, 1]] {
            assert!(shares(&pending, 4, 2).iter().sum::<usize>() <= 4, "{pending:?}");
        }
        assert_eq!(shares(&[1, 1, 1, 1], 4, 2), [1, 1, 1, 1]);
    }
}
