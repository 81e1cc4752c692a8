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
