use crate::antiphon::Machine;
use crate::database::fresh;

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
    let [heading, row] = listed.out.lines().collect::<Vec<_>>()[..] else {
        panic!("{listed:?}")
    };
    let id = row.split_whitespace().next().unwrap();
    assert!(heading.starts_with("ID ") && heading.contains("PROJECT"), "{heading}");
    assert!(
        listed.out.contains("p1") && listed.out.contains("laptop") && !listed.out.contains(key),
        "{}",
        listed.out
    );
    let store = machine.data("antiphon.db").display().to_string();
    assert!(made.err.contains(id) && made.err.contains(&store), "{}", made.err);

    let last = machine.run(&["keys", "revoke", id]).await;
    assert!(
        !last.ok && last.err.contains("`antiphon keys create` first") && last.err.contains("--last"),
        "{last:?}"
    );
    assert!(machine.run(&["keys", "create"]).await.ok);
    let revoked = machine.run(&["keys", "revoke", id]).await;
    assert!(revoked.ok && revoked.out.contains("within a second"), "{revoked:?}");
    let again = machine.run(&["keys", "revoke", id]).await;
    assert!(!again.ok && again.err.contains("antiphon keys list"), "{again:?}");

    let listed = machine.run(&["keys", "list"]).await.out;
    let other = listed
        .lines()
        .nth(1)
        .and_then(|row| row.split_whitespace().next())
        .unwrap();
    let revoked = machine.run(&["keys", "revoke", "--last", other]).await;
    assert!(revoked.ok && revoked.out.contains("no key is left"), "{revoked:?}");
    let none = machine.run(&["keys", "list"]).await;
    assert!(
        none.ok && none.out.is_empty() && none.err.contains("no keys"),
        "{none:?}"
    );
}

#[tokio::test]
async fn keys_are_looked_for_where_a_store_is() {
    let machine = Machine::new();
    let database = fresh();
    for place in [["--data-dir", "typo"], ["--database", &database]] {
        for command in [&["keys", "list"][..], &["keys", "revoke", "x"], &["migrate", "--check"]] {
            let refused = machine.run(&[command, &place].concat()).await;
            assert!(!refused.ok, "{refused:?}");
        }
        let listed = machine.run(&[&["keys", "list"][..], &place].concat()).await;
        assert!(listed.err.contains("there is no store at"), "{listed:?}");
        let made = machine.run(&[&["keys", "create"][..], &place].concat()).await;
        assert!(
            made.ok && made.err.contains("which was made for it"),
            "nothing was there before: {made:?}"
        );
    }
}
