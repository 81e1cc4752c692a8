use antiphon_testkit::{FakeUpstream, unused_address};

use crate::antiphon::Machine;

#[tokio::test]
async fn the_doctor_attacks_the_sandbox_and_asks_the_search_servers() {
    let upstream = FakeUpstream::start().await.unwrap();
    let machine = Machine::new()
        .variable("ANTIPHON_UPSTREAM", upstream.url())
        .variable("ANTIPHON_SEARCH_BRAVE_KEY", "not-to-be-shown\n");
    let documents = machine.path("notes");
    std::fs::create_dir(&documents).unwrap();
    let dead = format!("http://{}", unused_address().unwrap());
    let (documents, dead) = (documents.to_str().unwrap(), dead.as_str());
    let arguments = ["doctor", "--listen", "127.0.0.1:0", "--search-documents", documents];
    let said = machine
        .run(&[&arguments[..], &["--search-searxng", dead]].concat())
        .await;
    assert!(
        said.out
            .contains(&format!("✓ search       the documents in {documents}")),
        "{}",
        said.out
    );
    // A key with a line end cannot be sent; it is told without being shown.
    assert!(
        said.out.contains("ANTIPHON_SEARCH_BRAVE_KEY") && !format!("{said:?}").contains("not-to-be-shown"),
        "{said:?}"
    );

    let machine = Machine::new().variable("ANTIPHON_UPSTREAM", upstream.url());
    let said = machine.run(&["doctor", "--search-searxng", dead]).await;
    assert!(
        said.out.contains("✗ search       SearXNG cannot be reached"),
        "{}",
        said.out
    );
    let sandbox: Vec<_> = said.out.lines().filter(|line| line.contains(" sandbox ")).collect();
    let attacked = sandbox[0].contains("✓") && sandbox[0].contains("attacks were stopped");
    let refused = sandbox[0].contains("–") && said.out.contains("Remedy") | said.out.contains("→");
    assert!(sandbox.len() == 1 && (attacked || refused), "{}", said.out);
    if attacked {
        assert!(
            said.out.contains("read the environment of the sandbox's init"),
            "{}",
            said.out
        );
    }
    assert!(!machine.path(".local").exists(), "nothing of the trial is left");
}

#[tokio::test]
async fn wrong_settings_of_tools_stop_the_start_with_their_names() {
    let machine = Machine::new();
    for (flag, value, told) in [
        ("--outbound-allow", "http://intranet/", "allow-list entry"),
        ("--sandbox-root", "nowhere", "neither a folder nor a tar file"),
        ("--sandbox-user-ids", "5", "FIRST-LAST"),
        ("--sandbox-allow", "127.0.0.1", "127.0.0.1"),
        ("--search-documents", "nowhere", "nowhere"),
        ("--search-searxng", "ftp://x", "http://"),
        ("--robots-agent", "a b", "letters"),
    ] {
        let said = machine.run(&["serve", "--listen", "127.0.0.1:0", flag, value]).await;
        assert!(
            !said.ok && said.err.contains(flag) && said.err.contains(told),
            "{flag}: {}",
            said.err
        );
    }
}

#[tokio::test]
async fn keys_stand_in_the_settings_file_and_never_among_the_flags() {
    let machine = Machine::new();
    std::fs::write(
        machine.path("antiphon.toml"),
        "[search]\nbrave_key = \"k\"\nper_minute = 6\n[sandbox]\ncode_execution = false\n[outbound]\nallow = [\"10.0.0.0/8\"]\n",
    )
    .unwrap();
    let server = machine.serve(&[]).await;
    server.terminate().await;
    assert!(server.ended().await.success());
    let said = machine.run(&["serve", "--search-brave-key", "k"]).await;
    assert!(!said.ok && said.err.contains("--search-brave-key"), "{said:?}");
}
