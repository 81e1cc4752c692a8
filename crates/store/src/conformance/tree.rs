//! Conversations: trees of interactions.

use antiphon_interaction::Status;
use futures::future::join_all;

use super::Fixture;
use super::sample::{change, conversation, create, id, input, line, output, step, turn};
use crate::{Commit, Conversation, Store as _, Turn};

/// The turns come root first, each with its input and its finished steps in order.
pub async fn a_conversation_reads_root_first<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("root", None)).await.unwrap();
    store.commit(create("leaf", Some("root"))).await.unwrap();
    let steps = vec![step(1, "then"), step(0, "first")];
    store
        .commit(Commit {
            steps,
            ..change("leaf")
        })
        .await
        .unwrap();
    let expected = vec![
        Turn {
            id: id("root"),
            status: Status::Completed,
            input: input("root"),
            output: vec![output("answer of root")],
        },
        Turn {
            id: id("leaf"),
            status: Status::InProgress,
            input: input("leaf"),
            output: vec![output("first"), output("then")],
        },
    ];
    assert_eq!(conversation(store, "leaf").await, Conversation::Turns(expected.clone()));
    assert_eq!(
        conversation(store, "root").await,
        Conversation::Turns(expected[..1].to_vec())
    );
}

/// Children of one parent see the parent and not each other.
pub async fn branches_share_their_ancestors<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, parent) in [
        ("root", None),
        ("trunk", Some("root")),
        ("left", Some("trunk")),
        ("right", Some("trunk")),
        ("twig", Some("left")),
    ] {
        store.commit(turn(name, parent)).await.unwrap();
    }
    assert_eq!(line(store, "right").await, ["root", "trunk", "right"].map(id));
    assert_eq!(line(store, "twig").await, ["root", "trunk", "left", "twig"].map(id));
}

/// Depth is no limit.
pub async fn a_thousand_turns_read_back<F: Fixture>() {
    const DEPTH: usize = 1000;
    let fixture = F::fresh().await;
    let store = fixture.store();
    let names: Vec<String> = (0..DEPTH).map(|n| format!("turn {n}")).collect();
    let started = names.iter().enumerate().map(|(n, name)| {
        let parent = n.checked_sub(1).map(|n| names[n].as_str());
        store.commit(turn(name, parent))
    });
    for done in join_all(started.collect::<Vec<_>>()).await {
        done.unwrap();
    }
    let Conversation::Turns(turns) = conversation(store, &names[DEPTH - 1]).await else {
        panic!("no turns")
    };
    assert_eq!(turns.len(), DEPTH);
    for (turn, name) in turns.iter().zip(&names) {
        assert_eq!((&turn.id, &turn.input), (&id(name), &input(name)));
        assert_eq!(turn.output, [output(&format!("answer of {name}"))]);
    }
}
