use antiphon_model_engine_local::random_weights::RandomModel;

use crate::model::{ask, assistant, load, user};

/// A model of a family: its template and its control tokens, the one that ends an answer first.
pub struct Family {
    pub template: &'static str,
    pub control: &'static [&'static str],
}

pub const QWEN: Family = Family {
    template: include_str!("../../fixtures/templates/chatml_tools.jinja"),
    control: &["<|im_end|>", "<|im_start|>"],
};
pub const LLAMA: Family = Family {
    template: include_str!("../../fixtures/templates/llama.jinja"),
    control: &[
        "<|eot_id|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|python_tag|>",
    ],
};
pub const MISTRAL: Family = Family {
    template: include_str!("../../fixtures/templates/mistral.jinja"),
    control: &[
        "</s>",
        "[INST]",
        "[/INST]",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/AVAILABLE_TOOLS]",
    ],
};
pub const GEMMA: Family = Family {
    template: include_str!("../../fixtures/templates/gemma.jinja"),
    control: &["<end_of_turn>", "<start_of_turn>"],
};
pub const GEMMA_FUNCTION: Family = Family {
    template: include_str!("../../fixtures/templates/gemma_function.jinja"),
    control: &[
        "<end_of_turn>",
        "<start_of_turn>",
        "<start_function_call>",
        "<end_function_call>",
        "<escape>",
    ],
};
pub const GPT_OSS: Family = Family {
    template: include_str!("../../fixtures/templates/harmony.jinja"),
    control: &[
        "<|return|>",
        "<|start|>",
        "<|channel|>",
        "<|message|>",
        "<|constrain|>",
        "<|end|>",
        "<|call|>",
    ],
};
pub const ALL: [(&str, Family); 6] = [
    ("qwen", QWEN),
    ("llama", LLAMA),
    ("mistral", MISTRAL),
    ("gemma", GEMMA),
    ("function gemma", GEMMA_FUNCTION),
    ("gpt-oss", GPT_OSS),
];

impl Family {
    /// A tiny model of the family.
    pub fn model(&self, seed: u64) -> RandomModel {
        RandomModel {
            template: Some(self.template.to_owned()),
            control: self.control.iter().map(|&mark| mark.to_owned()).collect(),
            ..RandomModel::tiny(seed)
        }
    }
}

#[tokio::test]
async fn every_family_answers_a_conversation() {
    for (name, family) in ALL {
        let model = load(&family.model(1));
        let mut request = ask("");
        request.system_instruction = Some("Be brief.".to_owned());
        request.messages = vec![user("Hello"), user("there"), assistant("Yes?"), user("Nothing.")];
        let answer = model.answer(request).await;
        assert!(
            answer.finish().usage.output_tokens + answer.finish().usage.thought_tokens > 0,
            "{name}"
        );
    }
}

#[tokio::test]
async fn text_that_spells_a_control_token_is_only_text() {
    let model = load(&RandomModel::tiny(1));
    let tokens = async |text: &str| model.answer(ask(text)).await.finish().usage.input_tokens;
    let mark = "<|im_start|>";
    assert_eq!(
        tokens(mark).await - tokens("").await,
        mark.len() as u64,
        "a token per letter, not one for all"
    );
}
