/// How many tokens of each call the next step computes.
///
/// `pending` has what each call still has to compute, at least 1. An answer has one token pending, a prompt many.
/// `step` is the most for the whole step, `shared` the most for all prompts together while some answer is running.
/// Answers always get their token. What is left goes to the prompts in equal parts; what a short one does not need
/// goes to the longer ones. So a newcomer is read from its first step on, however long the prompts before it are.
pub(super) fn shares(pending: &[usize], step: usize, shared: usize) -> Vec<usize> {
    let mut shares: Vec<usize> = pending.iter().map(|&tokens| tokens.min(1)).collect();
    let answers = pending.iter().filter(|&&tokens| tokens == 1).count();
    let mut prompts: Vec<usize> = (0..pending.len()).filter(|&index| pending[index] > 1).collect();
    let room = step.saturating_sub(answers);
    let mut left = if answers > 0 { room.min(shared.max(1)) } else { room };
    prompts.sort_by_key(|&index| pending[index]);
    for index in &prompts {
        shares[*index] = 0;
    }
    let mut waiting = prompts.len();
    for index in prompts {
        // Rounded up, so that no prompt is left out while anything is left.
        let share = pending[index].min(left.div_ceil(waiting));
        shares[index] = share;
        left -= share;
        waiting -= 1;
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
    fn a_newcomer_is_read_beside_a_longer_prompt_and_leaves_it_what_it_does_not_need() {
        assert_eq!(shares(&[5000, 10], 256, 32), [246, 10]);
        assert_eq!(shares(&[5000, 4000], 256, 32), [128, 128]);
        assert_eq!(shares(&[1, 5000, 8], 256, 32), [1, 24, 8]);
    }

    #[test]
    fn a_step_is_never_larger_than_allowed() {
        for pending in [vec![1, 1, 1, 9], vec![9, 9, 9, 9], vec![2, 2, 1, 1]] {
            assert!(shares(&pending, 4, 2).iter().sum::<usize>() <= 4, "{pending:?}");
        }
        assert_eq!(shares(&[1, 1, 1, 1], 4, 2), [1, 1, 1, 1]);
    }
}
