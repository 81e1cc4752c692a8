//! Bytes that were once a stream, damaged at random. `ANTIPHON_FUZZ_SECONDS` makes it go on for as long, with other bytes
//! every time; without it a fixed number of fixed cases run.

use std::time::{Duration, Instant};

use antiphon_sse::{Decoder, Error, Event};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const LIMIT: usize = 200;
const STREAM: &[u8] = b"\xef\xbb\xbfevent: interaction.created\r\nid: 1\r\ndata: {\"a\":1}\r\n\r\n: keep-alive\n\ndata: one\rdata: two\r\rdata: \xc3\xa9\n\nretry: 5\nevent: done\ndata: [DONE]\n\n";

#[derive(Debug, Clone)]
enum Damage {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index),
    Repeat(Index, usize),
    CutOff(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b' '), Just(0), any::<u8>()];
    prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (any::<Index>(), proptest::collection::vec(byte, 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        any::<Index>().prop_map(Damage::Remove),
        (any::<Index>(), 1_usize..300).prop_map(|(at, times)| Damage::Repeat(at, times)),
        any::<Index>().prop_map(Damage::CutOff),
    ]
}

fn damaged(damages: Vec<Damage>) -> Vec<u8> {
    let mut bytes = STREAM.to_vec();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Replace(at, byte) => *at.get_mut(&mut bytes) = byte,
            Damage::Insert(at, inserted) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, inserted);
            }
            Damage::Remove(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Damage::Repeat(at, times) => {
                let at = at.index(bytes.len());
                let repeated = vec![bytes[at]; times];
                bytes.splice(at..at, repeated);
            }
            Damage::CutOff(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
    bytes
}

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Event>, Result<Option<Event>, Error>) {
    let mut decoder = Decoder::new(LIMIT);
    let mut events = Vec::new();
    for mut piece in pieces {
        loop {
            match decoder.next_event(&mut piece) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                Err(error) => return (events, Err(error)),
            }
        }
    }
    let last = decoder.finish();
    (events, last)
}

fn check(damages: Vec<Damage>, size: usize) -> Result<(), TestCaseError> {
    let bytes = damaged(damages);
    let whole = decode(std::iter::once(&bytes[..]));
    prop_assert_eq!(&decode(bytes.chunks(size)), &whole);
    for event in &whole.0 {
        // A byte that is no text grows to three.
        prop_assert!(event.data.len() <= 3 * LIMIT);
    }
    Ok(())
}

#[test]
fn damaged_streams_are_read_the_same_however_they_are_cut() {
    let strategy = (proptest::collection::vec(damage(), 0..12), 1_usize..20);
    let seconds = std::env::var("ANTIPHON_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    match seconds.map(Duration::from_secs) {
        None => {
            let config = Config {
                cases: 5000,
                failure_persistence: None,
                ..Config::default()
            };
            let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
            runner.run(&strategy, |(damages, size)| check(damages, size)).unwrap();
        }
        Some(duration) => {
            let start = Instant::now();
            while start.elapsed() < duration {
                let config = Config {
                    cases: 1000,
                    failure_persistence: None,
                    ..Config::default()
                };
                TestRunner::new(config)
                    .run(&strategy, |(damages, size)| check(damages, size))
                    .unwrap();
            }
        }
    }
}
