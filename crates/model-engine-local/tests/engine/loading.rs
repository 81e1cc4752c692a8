use std::fs;
use std::sync::Arc;

use antiphon_model_engine::ModelEngine;
use antiphon_model_engine_local::random_weights::RandomModel;
use antiphon_model_engine_local::{Config, LoadError, LocalEngine};

use crate::model::{file, load, load_with};

fn refusal(config: &Config) -> LoadError {
    match LocalEngine::load(config, Arc::new(jiff::Timestamp::default)) {
        Ok(_) => panic!("it loaded"),
        Err(error) => error,
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = refusal(&Config::new("/nowhere/model.gguf"));
    assert!(matches!(error, LoadError::Unreadable { .. }));
    assert!(error.to_string().contains("/nowhere/model.gguf"), "{error}");
}

#[test]
fn another_format_is_refused_as_such() {
    let (_folder, path) = file(&RandomModel::tiny(1));
    fs::write(&path, b"PK\x03\x04 surely a zip").unwrap();
    assert!(matches!(refusal(&Config::new(&path)), LoadError::NotGguf { .. }));
    fs::write(&path, b"").unwrap();
    assert!(matches!(refusal(&Config::new(&path)), LoadError::NotGguf { .. }));
}

#[test]
fn a_file_cut_short_is_refused_as_such() {
    let (_folder, path) = file(&RandomModel::tiny(1));
    let whole = fs::read(&path).unwrap();
    for length in [40, 2000, whole.len() / 2, whole.len() * 9 / 10] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = refusal(&Config::new(&path));
        assert!(matches!(error, LoadError::Truncated { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn an_unknown_architecture_is_named() {
    let (_folder, path) = file(&RandomModel::tiny(1));
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(5).position(|window| window == b"llama").unwrap();
    bytes[at..at + 5].copy_from_slice(b"lxama");
    fs::write(&path, &bytes).unwrap();
    let error = refusal(&Config::new(&path));
    assert!(
        matches!(&error, LoadError::Refused { architecture, .. } if architecture == "lxama"),
        "{error:?}"
    );
}

#[test]
fn a_broken_template_is_refused() {
    let model = RandomModel {
        template: Some("{% for %}".to_owned()),
        ..RandomModel::tiny(1)
    };
    let (_folder, path) = file(&model);
    assert!(matches!(refusal(&Config::new(&path)), LoadError::Template { .. }));
}

#[tokio::test]
async fn a_model_tells_its_name_and_what_it_can_do() {
    let model = load(&RandomModel::tiny(1));
    let info = model.engine.models().await.unwrap().remove(0);
    assert_eq!((info.name.as_str(), info.input_token_limit), ("tiny", Some(2047)));
    assert!(!info.capabilities.thinking && !info.capabilities.image_input);
    let template =
        "{% for m in messages %}{{ m.content }}{% endfor %}<think>{{ '</think>' if enable_thinking is false }}";
    let thinking = RandomModel {
        template: Some(template.to_owned()),
        ..RandomModel::tiny(1)
    };
    let thinking = load_with(&thinking, |config| config.name = Some("thinker".to_owned()));
    let info = thinking.engine.info();
    assert_eq!(info.name, "thinker");
    assert!(info.capabilities.thinking);
}
