//! The format's rules, one test each, and what holds for any bytes.

use antiphon_sse::{Decoder, Error, Event, encode};
use proptest::prelude::*;

fn decode(pieces: &[&[u8]], limit: usize) -> (Vec<Event>, Option<Error>) {
    let mut decoder = Decoder::new(limit);
    let mut events = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        loop {
            match decoder.next_event(&mut rest) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
    }
    (events, None)
}

fn data(text: &str) -> Event {
    Event {
        data: text.to_owned(),
        ..Event::default()
    }
}

fn events(bytes: &[u8]) -> Vec<Event> {
    let (events, error) = decode(&[bytes], 1 << 16);
    assert_eq!(error, None);
    events
}

#[test]
fn lines_end_in_any_of_three_ways() {
    let expected = vec![data("a\nb"), data("c")];
    assert_eq!(events(b"data: a\ndata: b\n\ndata: c\n\n"), expected);
    assert_eq!(events(b"data: a\rdata: b\r\rdata: c\r\r"), expected);
    assert_eq!(events(b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"), expected);
}

#[test]
fn one_space_after_the_colon_is_dropped_and_no_more() {
    assert_eq!(
        events(b"data:a\n\ndata:  b\n\ndata\n\n"),
        [data("a"), data(" b"), data("")]
    );
}

#[test]
fn names_and_ids_belong_to_their_event() {
    let named = Event {
        event: "x".to_owned(),
        data: "1".to_owned(),
        id: Some("7".to_owned()),
    };
    assert_eq!(events(b"event: x\nid: 7\ndata: 1\n\ndata: 2\n\n"), [named, data("2")]);
}

#[test]
fn what_carries_no_data_is_passed_over() {
    assert_eq!(
        events(b"\xef\xbb\xbf: hello\n\nevent: empty\n\nretry: 5\nother: 1\nid: a\0b\ndata: x\n\n"),
        [data("x")]
    );
    assert_eq!(events(b"\xef\xbb\xbfdata: y\n\ndata: begun"), [data("y")]);
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    assert_eq!(events(b"data: \xff!\n\n"), [data("\u{fffd}!")]);
}

#[test]
fn finishing_gives_the_event_without_its_blank_line() {
    for (bytes, expected) in [
        (&b"data: a\n\ndata: b"[..], Some(data("b"))),
        (&b"data: a\n\ndata: b\n"[..], Some(data("b"))),
        (&b"data: a\n\n"[..], None),
        (&b": comment"[..], None),
    ] {
        let mut decoder = Decoder::new(100);
        let mut rest = bytes;
        while decoder.next_event(&mut rest).unwrap().is_some() {}
        assert_eq!(decoder.finish().unwrap(), expected);
    }
}

#[test]
fn an_event_over_the_limit_is_an_error_for_good() {
    let long = format!("data: {}\n\n", "x".repeat(100));
    assert_eq!(decode(&[long.as_bytes()], 106), (vec![data(&"x".repeat(100))], None));
    assert_eq!(
        decode(&[long.as_bytes()], 105),
        (vec![], Some(Error::TooLong { limit: 105 }))
    );
    // Many short lines count together, and nothing is forgiven later.
    let mut decoder = Decoder::new(105);
    let lines = "data: 0123456789\n".repeat(20);
    assert!(decoder.next_event(&mut lines.as_bytes()).is_err());
    assert!(decoder.next_event(&mut &b"data: a\n\n"[..]).is_err());
}

#[test]
fn encoding_refuses_what_would_break_the_frame() {
    let mut out = String::new();
    encode(&mut out, Some("e"), Some("1"), "a\nb\r\n").unwrap();
    assert_eq!(out, "event: e\nid: 1\ndata: a\ndata: b\ndata: \n\n");
    assert_eq!(
        encode(&mut out, Some("e\rx"), None, ""),
        Err(Error::LineBreak { field: "event" })
    );
    assert_eq!(
        encode(&mut out, None, Some("1\n2"), ""),
        Err(Error::LineBreak { field: "id" })
    );
    assert_eq!(out.len(), "event: e\nid: 1\ndata: a\ndata: b\ndata: \n\n".len());
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        4 => Just(b"\n".to_vec()),
        3 => Just(b"\r".to_vec()),
        3 => Just(b"data:".to_vec()),
        1 => Just(b"event: ".to_vec()),
        1 => Just(b"id: ".to_vec()),
        1 => Just(b":".to_vec()),
        1 => Just(b"\xef\xbb\xbf".to_vec()),
        2 => proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(bytes in stream(), mut cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8), limit in 0_usize..60) {
        let whole = decode(&[&bytes], limit);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&decode(&single, limit), &whole);

        let mut at: Vec<usize> = cuts.drain(..).map(|cut| cut.index(bytes.len() + 1)).collect();
        at.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for to in at {
            pieces.push(&bytes[from..to]);
            from = to;
        }
        pieces.push(&bytes[from..]);
        prop_assert_eq!(&decode(&pieces, limit), &whole);
    }

    #[test]
    fn what_is_encoded_is_decoded(event in "[a-z.]{0,8}", id in proptest::option::of("[a-z0-9]{1,8}"), text in "[^\r]{0,40}") {
        let mut out = String::new();
        encode(&mut out, Some(&event), id.as_deref(), &text).unwrap();
        prop_assert_eq!(events(out.as_bytes()), vec![Event { event, data: text, id }]);
    }
}
