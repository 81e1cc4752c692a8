use crate::antiphon::Machine;
use crate::hub::{FakeHub, sha256};

const MODEL: &str = "hf:me/model-GGUF";

fn weights() -> Vec<u8> {
    let numbers = (0_u32..50_000).flat_map(u32::to_le_bytes);
    b"GGUF\x03\0\0\0".iter().copied().chain(numbers).collect()
}

fn machine(hub: &FakeHub) -> Machine {
    Machine::new().variable("HF_ENDPOINT", hub.url())
}

#[tokio::test]
async fn a_model_is_fetched_once_and_found_by_its_name() {
    let weights = weights();
    let hub = FakeHub::start(&[
        ("README.md", b"me"),
        ("model-Q4_K_M.gguf", &weights),
        ("model-Q8_0.gguf", b"GGUF"),
    ])
    .await;
    let machine = machine(&hub);
    let said = machine.run(&["pull", MODEL]).await;
    let path = machine.data("models/me/model-GGUF/model-Q4_K_M.gguf");
    assert!(said.ok && said.out == format!("{}\n", path.display()), "{said:?}");
    assert!(
        said.err.contains(&format!("antiphon serve --model {MODEL}")),
        "{}",
        said.err
    );
    assert!(std::fs::read(&path).unwrap() == weights);
    assert!(!machine.data("models/me/model-GGUF/model-Q4_K_M.gguf.part").exists());
    assert_eq!(hub.asked(), ["all"]);

    assert!(machine.run(&["pull", MODEL]).await.ok);
    assert!(hub.asked().is_empty(), "what is there is not fetched again");
    let found = machine.run(&["doctor", "--model", MODEL]).await;
    assert!(
        found.out.contains(&format!("{} is a GGUF file", path.display())),
        "{}",
        found.out
    );
    let missing = machine
        .run(&["serve", "--listen", "127.0.0.1:0", "--model", "hf:me/model-GGUF:Q8_0"])
        .await;
    assert!(
        !missing.ok && missing.err.contains("`antiphon pull hf:me/model-GGUF:Q8_0`"),
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let weights = weights();
    let hub = FakeHub::start(&[("model.gguf", &weights)]).await;
    let machine = machine(&hub);
    let path = machine.data("models/me/model-GGUF/model.gguf");
    hub.cut(70_000, true);
    let said = machine.run(&["pull", MODEL]).await;
    assert!(!said.ok && !path.exists(), "{said:?}");
    assert_eq!(hub.asked(), ["all"]);
    assert!(
        said.err.contains("trying again") && said.err.contains("pause"),
        "{}",
        said.err
    );

    hub.mend();
    hub.cut(30_000, false);
    hub.expire();
    let said = machine.run(&["pull", MODEL]).await;
    assert!(said.ok, "{said:?}");
    assert_eq!(
        hub.asked(),
        ["bytes=70000-", "bytes=70000-", "bytes=100000-"],
        "the first address was too old"
    );
    assert!(std::fs::read(&path).unwrap() == weights);
}

#[tokio::test]
async fn a_part_of_another_file_is_not_built_upon() {
    let weights = weights();
    let hub = FakeHub::start(&[("model.gguf", &weights)]).await;
    let machine = machine(&hub);
    let path = machine.data("models/me/model-GGUF/model.gguf");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path.with_extension("gguf.part"), "an older version").unwrap();
    let said = machine.run(&["pull", MODEL]).await;
    assert!(said.ok, "{said:?}");
    assert_eq!(hub.asked(), ["bytes=16-", "all"]);
    assert!(std::fs::read(&path).unwrap() == weights);
}

#[tokio::test]
async fn a_file_with_the_wrong_checksum_is_not_kept() {
    let hub = FakeHub::start(&[("model.gguf", b"GGUF and more")]).await;
    let told = sha256(b"something else");
    hub.tell_checksum(&told);
    let machine = machine(&hub);
    let said = machine.run(&["pull", MODEL]).await;
    assert!(
        !said.ok && said.err.contains(&told) && said.err.contains(&sha256(b"GGUF and more")),
        "{said:?}"
    );
    assert!(!machine.data("models/me/model-GGUF/model.gguf").exists());
    hub.tell_checksum(&sha256(b"GGUF and more"));
    assert!(machine.run(&["pull", MODEL]).await.ok);
    assert_eq!(hub.asked(), ["all", "all"]);
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let hub = FakeHub::start(&[
        ("model.safetensors", b"x"),
        ("a\u{1b}[2J.gguf", b"x"),
        ("../../b.gguf", b"x"),
    ])
    .await;
    let said = machine(&hub).run(&["pull", "hf:me/nothing"]).await;
    assert!(
        !said.ok && said.err.contains("no model me/nothing") && said.err.contains("HF_TOKEN"),
        "{said:?}"
    );
    let said = machine(&hub).run(&["pull", MODEL]).await;
    assert!(
        said.err.contains("no GGUF model") && said.err.contains("model.safetensors") && !said.err.contains('\u{1b}'),
        "{said:?}"
    );

    let hub = FakeHub::start(&[("m-Q2_K.gguf", b"GGUF"), ("m-Q3_K.gguf", b"GGUF")]).await;
    let several = machine(&hub).run(&["pull", MODEL]).await;
    let other = machine(&hub).run(&["pull", "hf:me/model-GGUF:Q8_0"]).await;
    for said in [several, other] {
        assert!(
            !said.ok && said.err.contains("m-Q2_K (4 bytes)") && said.err.contains("m-Q3_K (4 bytes)"),
            "{said:?}"
        );
    }

    hub.gate();
    let gated = machine(&hub).run(&["pull", "hf:me/model-GGUF:Q2_K"]).await;
    let page = format!("{}/me/model-GGUF", hub.url());
    assert!(
        !gated.ok && gated.err.contains(&page) && gated.err.contains("HF_TOKEN"),
        "{gated:?}"
    );
    let known = machine(&hub)
        .variable("HF_TOKEN", "hf_secret")
        .run(&["pull", "hf:me/model-GGUF:Q2_K"])
        .await;
    assert!(known.ok && !known.err.contains("hf_secret"), "{known:?}");
    let unknown = machine(&hub)
        .variable("HF_TOKEN", "hf_wrong")
        .run(&["pull", "hf:me/model-GGUF:Q3_K"])
        .await;
    assert!(
        !unknown.ok && unknown.err.contains("accept its terms") && !unknown.err.contains("hf_wrong"),
        "{unknown:?}"
    );
}
