use crate::antiphon::Machine;

#[tokio::test]
async fn keys_are_made_listed_and_revoked() {
    let machine = Machine::new();
    let made = machine
        .run(&["keys", "create", "--name", "laptop", "--project", "p1"])
        .await;
    let key = made.out.trim_end();
    assert!(
        made.ok && key.starts_with("ak_") && made.out == format!("{key}\n"),
        "a script reads the key alone: {made:?}"
    );

    let listed = machine.run(&["keys", "list"]).await;
    let id = listed.out.split_whitespace().next().unwrap();
    assert_eq!(listed.out.lines().count(), 1);
    assert!(
        listed.out.contains("p1") && listed.out.contains("laptop") && !listed.out.contains(key),
        "{}",
        listed.out
    );
    assert!(made.err.contains(id), "{}", made.err);

    assert!(machine.run(&["keys", "revoke", id]).await.ok);
    assert_eq!(machine.run(&["keys", "list"]).await.out, "");
    let again = machine.run(&["keys", "revoke", id]).await;
    assert!(!again.ok && again.err.contains("antiphon keys list"), "{again:?}");
}
