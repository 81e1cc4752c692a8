use antiphon_testkit::FakeUpstream;

use crate::antiphon::Machine;

#[tokio::test]
async fn flags_come_before_the_environment_and_that_before_the_file() {
    let (in_file, in_environment, in_flag) = (
        FakeUpstream::start().await.unwrap(),
        FakeUpstream::start().await.unwrap(),
        FakeUpstream::start().await.unwrap(),
    );
    in_file.serve_models(&["of-the-file"]);
    in_environment.serve_models(&["of-the-environment"]);
    in_flag.serve_models(&["of-the-flag"]);
    let write = |machine: &Machine| {
        let settings = format!("[model]\nupstream = \"{}\"\n", in_file.url());
        std::fs::write(machine.path("antiphon.toml"), settings).unwrap();
    };
    let machine = Machine::new();
    write(&machine);
    let said = machine.run(&["models"]).await;
    assert!(said.out.starts_with("of-the-file "), "{said:?}");

    let machine = machine.variable("ANTIPHON_UPSTREAM", in_environment.url());
    let said = machine.run(&["models"]).await;
    assert!(said.out.starts_with("of-the-environment "), "{said:?}");
    let said = machine.run(&["models", "--upstream", &in_flag.url()]).await;
    assert!(said.out.starts_with("of-the-flag "), "{said:?}");
}

#[tokio::test]
async fn an_unknown_setting_is_refused_by_name() {
    let machine = Machine::new();
    std::fs::write(
        machine.path("mine.toml"),
        "[server]\nlisten = \"127.0.0.1:0\"\nport = 80\n",
    )
    .unwrap();
    let refused = machine.run(&["serve", "--config", "mine.toml"]).await;
    assert!(!refused.ok);
    assert!(
        refused.err.contains("mine.toml") && refused.err.contains("`port`") && refused.err.contains("`listen`"),
        "{}",
        refused.err
    );
}

/// 0 days erased everything at once, where people meant never.
#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let machine = Machine::new();
    for arguments in [
        ["serve", "--retention-days", "0"],
        ["serve", "--cors-origin", "nonsense"],
        ["serve", "--cors-origin", "https://app.example.com/page"],
    ] {
        let refused = machine.run(&arguments).await;
        let [_, flag, value] = arguments;
        assert!(
            !refused.ok && refused.err.contains(flag) && refused.err.contains(value),
            "{refused:?}"
        );
    }
    for settings in [
        "[store]\nretention_days = 0",
        "[projects.one]\nretention_days = 0",
        "[server]\ncors_origin = [\"nonsense\"]",
    ] {
        std::fs::write(machine.path("antiphon.toml"), settings).unwrap();
        let refused = machine.run(&["models"]).await;
        let key = settings.lines().nth(1).unwrap();
        assert!(!refused.ok && refused.err.contains(key), "{refused:?}");
    }
    std::fs::remove_file(machine.path("antiphon.toml")).unwrap();
    for (url, named) in [
        ("mysql://me:hunter2@127.0.0.1:1/data", "mysql://"),
        ("postgres://me:hunter2@127.0.0.1:1/data?schemma=x", "`schemma`"),
    ] {
        let refused = machine.run(&["keys", "list", "--database", url]).await;
        assert!(
            !refused.ok && refused.err.contains(named) && !refused.err.contains("hunter2"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn models_tell_which_alias_leads_where() {
    let upstream = FakeUpstream::start().await.unwrap();
    upstream.serve_models(&["here"]);
    let machine = Machine::new().variable("ANTIPHON_UPSTREAM", upstream.url());
    let said = machine
        .run(&["models", "--alias", "a=here", "--alias", "gemini-*=gone"])
        .await;
    let aliases: Vec<&str> = said.out.lines().filter(|line| line.contains("->")).collect();
    assert_eq!(aliases, ["a -> here", "gemini-* -> gone  (not served)"], "{said:?}");
    let said = machine
        .run(&["doctor", "--listen", "127.0.0.1:0", "--alias", "foo=gone"])
        .await;
    assert!(
        !said.ok && said.out.contains("✗ alias        `foo` stands for `gone`"),
        "{said:?}"
    );
}

#[tokio::test]
async fn help_names_what_has_no_flag() {
    let help = Machine::new().run(&["serve", "--help"]).await.out;
    for text in [
        "ANTIPHON_ENCRYPTION_KEY",
        "ANTIPHON_SEARCH_EXA_KEY",
        "[projects.NAME]",
        "[store] where things are kept:",
        "separate them by commas",
    ] {
        assert!(help.contains(text), "{text}\n\n{help}");
    }
}

/// Whoever reads the output may have enough of it.
#[tokio::test]
async fn a_closed_pipe_ends_a_command_quietly() {
    let machine = Machine::new();
    for arguments in [&["openapi"][..], &["doctor"], &["models"]] {
        let mut child = machine.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().await.unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success() && err.is_empty(), "{arguments:?}: {err}");
    }
}
