use antiphon_testkit::{FakeUpstream, Gate, Script};

use crate::antiphon::Machine;
use crate::database::{fresh, in_background};

#[tokio::test]
async fn a_healthy_machine_is_told_so_in_plain_lines() {
    let upstream = FakeUpstream::start().await.unwrap();
    let machine = Machine::new().variable("ANTIPHON_UPSTREAM", upstream.url());
    let server = machine.serve(&[]).await;
    let said = machine.run(&["doctor", "--listen", server.address()]).await;
    assert!(said.ok && !said.out.contains(['✗', '\u{1b}']), "{said:?}");
    for line in [
        "✓ server       one serves from this folder now".to_owned(),
        format!("✓ database     {} can be read", machine.data("antiphon.db").display()),
        format!("✓ address      an antiphon answers on {}", server.address()),
        format!("✓ upstream     {} has fake-model", upstream.url()),
    ] {
        assert!(said.out.lines().any(|said| said == line), "{line}\n\n{}", said.out);
    }
}

#[tokio::test]
async fn what_is_broken_comes_with_its_remedy() {
    let machine = Machine::new().variable("RUST_LOG", "info,,=");
    let occupied = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = occupied.local_addr().unwrap().port().to_string();
    drop(occupied);
    let listen = format!("0.0.0.0:{port}");
    std::fs::write(machine.path("notes.gguf"), "dear diary").unwrap();
    let dead = format!("http://{}", antiphon_testkit::unused_address().unwrap());
    let said = machine
        .run(&[
            "doctor",
            "--listen",
            &listen,
            "--model",
            "notes.gguf",
            "--upstream",
            &dead,
        ])
        .await;
    assert!(!said.ok && said.err.contains("things are broken"), "{said:?}");
    let broken: Vec<&str> = said.out.lines().filter(|line| line.starts_with('✗')).collect();
    let about: Vec<&str> = broken
        .iter()
        .map(|line| line.split_whitespace().nth(1).unwrap())
        .collect();
    assert_eq!(about, ["logs", "keys", "model", "upstream"], "{}", said.out);
    assert!(
        said.out.contains("→ make one with `antiphon keys create`"),
        "{}",
        said.out
    );

    let said = machine.run(&["doctor", "--model", "hf:me/model-GGUF:Q8_0"]).await;
    assert!(said.out.contains("antiphon pull hf:me/model-GGUF:Q8_0"), "{}", said.out);
    std::fs::write(machine.path("antiphon.toml"), "[server]\nlisen = 1\n").unwrap();
    let said = machine.run(&["doctor"]).await;
    assert!(
        !said.ok && said.out.contains("✗ settings") && said.out.contains("lisen"),
        "{said:?}"
    );
}

/// A run whose server was killed is named by whoever looks into the file, and is none while a server has it.
#[tokio::test]
async fn a_run_that_nobody_runs_is_named() {
    let upstream = FakeUpstream::start().await.unwrap();
    let machine = Machine::new();
    let gate = Gate::new();
    upstream.push(Script::reply("half").gate(&gate));
    let server = machine.serve(&["--upstream", &upstream.url()]).await;
    let run = server.client().create(&in_background("a question")).await.unwrap();
    gate.reached().await;
    let look = ["doctor", "--listen", server.address()];
    let said = machine.run(&look).await;
    for line in [
        "stuck runs   none",
        "run: 0 waiting, 1 held, 0 abandoned",
        "1 kept, 1 unfinished",
    ] {
        assert!(said.out.contains(line), "{line}\n\n{}", said.out);
    }
    let address = server.address().to_owned();
    server.kill().await;
    let said = machine.run(&["doctor", "--listen", &address]).await;
    let named = format!(
        "1 in the background wait to be taken over, 0 in the foreground to be ended: {} of project default",
        run.id
    );
    for line in [
        named.as_str(),
        "run: 0 waiting, 0 held, 1 abandoned",
        "→ start antiphon serve",
    ] {
        assert!(said.out.contains(line), "{line}\n\n{}", said.out);
    }
}

/// `serve` refuses the same settings.
#[tokio::test]
async fn what_serve_would_refuse_is_found_and_nothing_is_left_behind() {
    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let upstream = FakeUpstream::start().await.unwrap();
    let machine = Machine::new().variable("ANTIPHON_UPSTREAM", upstream.url());
    let look = ["doctor", "--listen", "127.0.0.1:0"];
    let said = machine.run(&look).await;
    assert!(said.ok && !machine.path(".local").exists(), "{said:?}");

    let database = fresh();
    let said = machine.run(&[&look[..], &["--database", &database]].concat()).await;
    assert!(
        !said.ok && said.out.contains("✗ large bytes") && said.out.contains("--blobs"),
        "{said:?}"
    );

    let encrypting = Machine::new().variable("ANTIPHON_ENCRYPTION_KEY", KEY);
    let data = machine.path("data").display().to_string();
    let server = encrypting.serve(&["--data-dir", &data]).await;
    server.terminate().await;
    assert!(server.ended().await.success());
    let look = [&look[..], &["--data-dir", &data]].concat();
    let said = machine.run(&look).await;
    assert!(
        !said.ok && said.out.contains("✗ encryption") && said.out.contains("ANTIPHON_ENCRYPTION_KEY"),
        "{said:?}"
    );
    let said = machine.variable("ANTIPHON_ENCRYPTION_KEY", KEY).run(&look).await;
    assert!(said.ok && said.out.contains("✓ encryption"), "{said:?}");
}
