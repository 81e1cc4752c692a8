use proptest::prelude::*;

use super::{Place, Position, View};

fn place() -> impl Strategy<Value = Place> {
    let number = || prop_oneof![0..5_u32, Just(u32::MAX / 2)];
    prop_oneof![
        Just(Place::Created),
        Just(Place::StatusUpdate),
        Just(Place::Error),
        Just(Place::Completed),
        (number(), 0..2_u32).prop_map(|(index, ordinal)| Place::Input { index, ordinal }),
        (number(), number()).prop_map(|(index, ordinal)| Place::Step { index, ordinal }),
    ]
}

proptest! {
    #[test]
    fn an_id_names_its_place_in_either_view(place in place(), attempt in 1..4_u32, inputs in 0..3_u32, get: bool) {
        let view = if get { View::Get } else { View::Post };
        let position = Position { attempt, place };
        let id = position.event_id(view, inputs);
        prop_assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{} needs escaping in a query", id);
        prop_assert_eq!(Position::parse(&id, inputs), Some((view, position)));
    }

    #[test]
    fn what_is_no_id_is_refused(text in "[pg]?[0-9é]{0,3}[.]?[abisyz😀]?[-+0-9.]{0,12}", inputs in 0..3_u32) {
        if let Some((view, position)) = Position::parse(&text, inputs) {
            let again = Position::parse(&position.event_id(view, inputs), inputs);
            prop_assert_eq!(again, Some((view, position)));
        }
    }
}

#[test]
fn an_input_step_is_no_step_of_the_models() {
    assert_eq!(Position::parse("g1.s0.0", 1), None);
    assert_eq!(
        Position::parse("g1.s1.0", 1),
        Some((
            View::Get,
            Position {
                attempt: 1,
                place: Place::Step { index: 0, ordinal: 0 }
            }
        ))
    );
}
