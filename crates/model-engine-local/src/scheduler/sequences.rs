use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::token::LlamaToken;

/// What the KV cache holds, sequence by sequence.
///
/// A sequence is either in use by a running call or kept from a finished one. A newcomer begins after the longest
/// prefix that any of them shares with its prompt: it takes a kept sequence over where it goes on from there, and
/// copies the prefix where it branches off or where the sequence is in use (a copy shares the memory).
#[derive(Debug)]
pub(super) struct Sequences {
    sequences: Vec<Sequence>,
    /// Whether a sequence can be cut and copied in part.
    cuttable: bool,
    clock: u64,
}

#[derive(Debug, Default)]
struct Sequence {
    tokens: Vec<LlamaToken>,
    in_use: bool,
    used: u64,
}

/// A place for a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The sequence.
    pub sequence: usize,
    /// How many tokens of the prompt it holds already.
    pub cached: usize,
}

/// The memory of llama.cpp's context, as far as sequences go.
pub(super) trait Memory {
    /// Gives `to` the first `tokens` tokens of `from`.
    fn copy(&mut self, from: usize, to: usize, tokens: usize) -> bool;
    /// Forgets all tokens of `sequence` but the first `tokens`.
    fn cut(&mut self, sequence: usize, tokens: usize) -> bool;
}

impl Memory for LlamaContext<'_> {
    fn copy(&mut self, from: usize, to: usize, tokens: usize) -> bool {
        let (Ok(from), Ok(to), Ok(tokens)) = (i32::try_from(from), i32::try_from(to), u32::try_from(tokens)) else {
            return false;
        };
        self.kv_cache_seq_cp(from, to, Some(0), Some(tokens)).is_ok()
    }

    fn cut(&mut self, sequence: usize, tokens: usize) -> bool {
        let (Ok(sequence), Ok(tokens)) = (i32::try_from(sequence), u32::try_from(tokens)) else {
            return false;
        };
        self.kv_cache_seq_rm(sequence, Some(tokens), None).is_ok()
    }
}

impl Sequences {
    /// `count` empty sequences.
    pub fn new(count: usize, cuttable: bool) -> Self {
        Self {
            sequences: (0..count).map(|_| Sequence::default()).collect(),
            cuttable,
            clock: 0,
        }
    }

    /// Finds a place for a call with this prompt; `None` when every sequence is in use.
    pub fn acquire(&mut self, prompt: &[LlamaToken], memory: &mut impl Memory) -> Option<Place> {
        self.clock += 1;
        // The last token is always computed, for its logits.
        let usable = &prompt[..prompt.len().saturating_sub(1)];
        let best = self.best_prefix(usable);
        let place = match best {
            Some((source, cached)) if self.goes_on(source, cached) => Place {
                sequence: source,
                cached,
            },
            Some((source, cached)) => match self.free(Some(source)) {
                Some(sequence) => {
                    self.forget(sequence, memory);
                    let copied = self.cuttable && memory.copy(source, sequence, cached);
                    Place {
                        sequence,
                        cached: if copied { cached } else { 0 },
                    }
                }
                // Nothing else is free: the kept sequence is cut for the newcomer.
                None if !self.sequences[source].in_use => Place {
                    sequence: source,
                    cached,
                },
                None => return None,
            },
            None => {
                let sequence = self.free(None)?;
                self.forget(sequence, memory);
                Place { sequence, cached: 0 }
            }
        };
        Some(self.occupy(place, prompt, memory))
    }

    fn occupy(&mut self, mut place: Place, prompt: &[LlamaToken], memory: &mut impl Memory) -> Place {
        if self.sequences[place.sequence].tokens.len() > place.cached && !memory.cut(place.sequence, place.cached) {
            self.forget(place.sequence, memory);
            place.cached = 0;
        }
        let sequence = &mut self.sequences[place.sequence];
        sequence.tokens.clear();
        sequence.tokens.extend_from_slice(&prompt[..place.cached]);
        sequence.in_use = true;
        place
    }

    /// The sequence with the longest common prefix, kept ones before those in use.
    fn best_prefix(&self, prompt: &[LlamaToken]) -> Option<(usize, usize)> {
        let common = |sequence: &Sequence| sequence.tokens.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        self.sequences
            .iter()
            .enumerate()
            .map(|(index, sequence)| (index, sequence, common(sequence)))
            .filter(|(_, sequence, length)| {
                *length > 0 && (self.cuttable || (!sequence.in_use && *length == sequence.tokens.len()))
            })
            .max_by_key(|(_, sequence, length)| (*length, !sequence.in_use, sequence.used))
            .map(|(index, _, length)| (index, length))
    }

    /// Whether a newcomer with that prefix takes the sequence over: it is kept, and little of it would be lost.
    fn goes_on(&self, index: usize, prefix: usize) -> bool {
        let sequence = &self.sequences[index];
        let lost = sequence.tokens.len() - prefix;
        !sequence.in_use && lost <= prefix / 4
    }

    /// An empty sequence, or the kept one that was not used for longest.
    fn free(&self, but: Option<usize>) -> Option<usize> {
        self.sequences
            .iter()
            .enumerate()
            .filter(|(index, sequence)| !sequence.in_use && Some(*index) != but)
            .min_by_key(|(_, sequence)| (!sequence.tokens.is_empty(), sequence.used))
            .map(|(index, _)| index)
    }

    fn forget(&mut self, index: usize, memory: &mut impl Memory) {
        self.sequences[index].tokens.clear();
        memory.cut(index, 0);
    }

    /// Notes that `tokens` were computed in a sequence.
    pub fn computed(&mut self, index: usize, tokens: &[LlamaToken]) {
        self.sequences[index].tokens.extend_from_slice(tokens);
    }

    /// Ends a call; its tokens are kept.
    pub fn release(&mut self, index: usize) {
        self.clock += 1;
        self.sequences[index].in_use = false;
        self.sequences[index].used = self.clock;
    }

    /// Ends a call and forgets its tokens.
    pub fn discard(&mut self, index: usize, memory: &mut impl Memory) {
        self.release(index);
        self.forget(index, memory);
    }

    /// Makes room by forgetting the kept sequence that was not used for longest; false where none is kept.
    pub fn evict(&mut self, memory: &mut impl Memory) -> bool {
        let oldest = self
            .sequences
            .iter()
            .enumerate()
            .filter(|(_, sequence)| !sequence.in_use && !sequence.tokens.is_empty())
            .min_by_key(|(_, sequence)| sequence.used);
        match oldest {
            Some((index, _)) => {
                self.forget(index, memory);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(Vec<String>);

    impl Memory for Log {
        fn copy(&mut self, from: usize, to: usize, tokens: usize) -> bool {
            self.0.push(format!("copy {from}->{to} {tokens}"));
            true
        }

        fn cut(&mut self, sequence: usize, tokens: usize) -> bool {
            self.0.push(format!("cut {sequence} to {tokens}"));
            true
        }
    }

    fn tokens(text: &str) -> Vec<LlamaToken> {
        text.bytes().map(|byte| LlamaToken(i32::from(byte))).collect()
    }

    /// Runs a prompt and its answer to the end.
    fn turn(sequences: &mut Sequences, prompt: &str, answer: &str) -> Place {
        let place = sequences.acquire(&tokens(prompt), &mut Log::default()).unwrap();
        sequences.computed(place.sequence, &tokens(&format!("{}{answer}", &prompt[place.cached..])));
        sequences.release(place.sequence);
        place
    }

    #[test]
    fn the_next_turn_takes_its_conversation_over() {
        let mut sequences = Sequences::new(3, true);
        assert_eq!(turn(&mut sequences, "hello", "world"), Place { sequence: 0, cached: 0 });
        let mut log = Log::default();
        let place = sequences.acquire(&tokens("helloworldmore"), &mut log);
        assert_eq!(
            place,
            Some(Place {
                sequence: 0,
                cached: 10
            })
        );
        assert_eq!(log.0, [""; 0], "nothing is moved");
    }

    #[test]
    fn branches_share_the_prefix_of_a_parent_that_stays() {
        let mut sequences = Sequences::new(4, true);
        turn(&mut sequences, "parent", "0123456789");
        let mut log = Log::default();
        let first = sequences.acquire(&tokens("parent01A"), &mut log);
        assert_eq!(first, Some(Place { sequence: 1, cached: 8 }));
        assert_eq!(log.0, ["cut 1 to 0", "copy 0->1 8"]);
        sequences.computed(1, &tokens("A"));
        let second = sequences.acquire(&tokens("parent01AB"), &mut log);
        assert_eq!(
            second,
            Some(Place { sequence: 2, cached: 9 }),
            "a running sequence is shared too"
        );
        assert_eq!(
            turn(&mut sequences, "parent0123456789x", ""),
            Place {
                sequence: 0,
                cached: 16
            }
        );
    }

    #[test]
    fn the_longest_unused_goes_first_and_none_in_use_goes() {
        let mut sequences = Sequences::new(2, true);
        turn(&mut sequences, "aaaa", "");
        turn(&mut sequences, "bbbb", "");
        turn(&mut sequences, "aaaac", "");
        assert_eq!(turn(&mut sequences, "cccc", ""), Place { sequence: 1, cached: 0 });
        let running = sequences.acquire(&tokens("dddd"), &mut Log::default()).unwrap();
        assert_eq!(running.sequence, 0);
        assert!(sequences.evict(&mut Log::default()));
        assert!(!sequences.evict(&mut Log::default()), "what is in use stays");
        sequences.acquire(&tokens("eeee"), &mut Log::default()).unwrap();
        assert_eq!(sequences.acquire(&tokens("ffff"), &mut Log::default()), None);
    }

    #[test]
    fn memory_that_cannot_be_cut_is_only_gone_on_with() {
        let mut sequences = Sequences::new(2, false);
        turn(&mut sequences, "hello", "world");
        assert_eq!(
            turn(&mut sequences, "helloworld!", "."),
            Place {
                sequence: 0,
                cached: 10
            }
        );
        assert_eq!(
            turn(&mut sequences, "helloworld?", "."),
            Place { sequence: 1, cached: 0 }
        );
    }
}
