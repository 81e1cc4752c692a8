use antiphon_model_engine::{OutputFormat, ToolSelection};
use serde_json::json;

use super::{Constraint, Demand};
use crate::Config;
use crate::dialect::Functions;
use crate::model::Model;
use crate::random_weights::RandomModel;

struct Case {
    model: Model,
    functions: Functions,
    format: OutputFormat,
    selection: ToolSelection,
    open_thought: bool,
}

const QWEN: (&str, &[&str]) = (
    include_str!("../../fixtures/templates/chatml_tools.jinja"),
    &["<|im_end|>", "<|im_start|>"],
);
const QWEN_TOKENS: (&str, &[&str]) = (
    QWEN.0,
    &[
        "<|im_end|>",
        "<|im_start|>",
        "<tool_call>",
        "</tool_call>",
        "<think>",
        "</think>",
    ],
);
const GPT_OSS: (&str, &[&str]) = (
    include_str!("../../fixtures/templates/harmony.jinja"),
    &[
        "<|return|>",
        "<|start|>",
        "<|channel|>",
        "<|message|>",
        "<|constrain|>",
        "<|end|>",
        "<|call|>",
    ],
);
const MISTRAL: (&str, &[&str]) = (
    include_str!("../../fixtures/templates/mistral.jinja"),
    &["</s>", "[TOOL_CALLS]"],
);

fn case((template, control): (&str, &[&str]), format: OutputFormat, selection: ToolSelection) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.gguf");
    let model = RandomModel {
        template: Some(template.to_owned()),
        control: control.iter().map(|&mark| mark.to_owned()).collect(),
        ..RandomModel::tiny(1)
    };
    model.write(&path).unwrap();
    let model = Model::load(&Config::new(&path), std::sync::Arc::new(jiff::Timestamp::default)).unwrap();
    let parameters = json!({"type": "object", "properties": {"zone": {"enum": ["UTC", "CET"]}}, "required": ["zone"]});
    let functions = Functions::new(vec![("get_time".to_owned(), parameters)]);
    Case {
        model,
        functions,
        format,
        selection,
        open_thought: false,
    }
}

impl Case {
    /// How much of `text` is allowed, and whether the answer may end there.
    fn allowed(&self, text: &str) -> (String, bool) {
        let demand = Demand {
            format: &self.format,
            selection: &self.selection,
            functions: &self.functions,
            open_thought: self.open_thought,
            may_think: true,
        };
        let mut constraint = Constraint::new(&self.model, &demand).unwrap().unwrap();
        let tokens = self.model.tokenize(text);
        let end = self.model.llama.vocab().eos().0.cast_unsigned();
        let mut read = 0;
        for token in &tokens {
            if constraint.is_complete().unwrap() {
                break;
            }
            let token = token.0.cast_unsigned();
            if constraint.mask().unwrap().is_some_and(|mask| !mask.is_allowed(token)) {
                break;
            }
            constraint.accept(token).unwrap();
            read += 1;
        }
        let read = self.model.llama.vocab().detokenize(&tokens[..read], false, true);
        let may_end =
            constraint.is_complete().unwrap() || constraint.mask().unwrap().is_none_or(|mask| mask.is_allowed(end));
        (String::from_utf8(read).unwrap(), may_end)
    }

    #[track_caller]
    fn allows(&self, text: &str) {
        assert_eq!(self.allowed(text), (text.to_owned(), true));
    }

    /// Allows `text` only up to `end`.
    #[track_caller]
    fn stops(&self, text: &str, end: &str) {
        assert_eq!(self.allowed(text).0, end);
    }
}

const CALL: &str = "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>";

#[test]
fn a_schema_after_reasoning() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]});
    let mut case = case(QWEN, OutputFormat::JsonSchema(schema.into()), ToolSelection::Auto);
    case.allows("{\"a\": true}");
    case.allows("<think>\nHm {.\n</think>\n\n{\"a\": true}");
    case.stops("Sure: {\"a\": true}", "");
    case.allows(CALL);
    case.open_thought = true;
    case.allows("Hm.\n</think>\n\n{\"a\": false}");
    assert!(!case.allowed("Hm. {\"a\": true}").1, "a thought is no answer");
}

#[test]
fn free_text_and_calls_that_fit() {
    let case = case(QWEN, OutputFormat::Text, ToolSelection::Validated(None));
    case.allows("Hello <there>, no call at all.");
    case.allows(CALL);
    case.allows(&format!("Let me see.\n{CALL}\n{CALL} Done."));
    case.stops(
        "A <tool_call>\n{\"name\": \"get_tea\"}",
        "A <tool_call>\n{\"name\": \"get_t",
    );
    case.stops(
        &CALL.replace("UTC", "MEZ"),
        "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"",
    );
    assert!(
        !case.allowed(CALL.trim_end_matches("</tool_call>")).1,
        "a call must be closed"
    );
}

#[test]
fn a_call_that_the_model_begins_by_itself_fits() {
    let wrong = CALL.replace("UTC", "MEZ");
    let mut free = case(QWEN_TOKENS, OutputFormat::Text, ToolSelection::Auto);
    free.allows("{\"name\": anything, <goes>}");
    free.allows(&format!("Let me see.\n{CALL}\n{CALL} Done."));
    free.stops(
        &wrong,
        "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"",
    );
    free.stops(
        &format!("{CALL}\n{wrong}"),
        &format!("{CALL}\n<tool_call>\n{{\"name\": \"get_time\", \"arguments\": {{\"zone\": \""),
    );
    assert!(
        !free.allowed(CALL.trim_end_matches("</tool_call>")).1,
        "a call must be closed"
    );
    free.allows(&format!("<think>\nA {wrong}?\n</think>\n\n{CALL}"));
    free.open_thought = true;
    free.allows(&wrong);

    let list = case(MISTRAL, OutputFormat::Text, ToolSelection::Auto);
    list.allows("Let me see.[TOOL_CALLS][{\"name\": \"get_time\", \"arguments\": {\"zone\": \"CET\"}}]");
    list.stops("Hm.[TOOL_CALLS]none", "Hm.[TOOL_CALLS]");
}

#[test]
fn what_cannot_be_enforced_is_left_to_the_model_unless_it_was_asked_for() {
    let mut case = case(QWEN_TOKENS, OutputFormat::Text, ToolSelection::Auto);
    let parameters = json!({"type": "object", "properties": {"zone": {"type": "string", "pattern": "(?<=a)b"}}});
    case.functions = Functions::new(vec![("get_time".to_owned(), parameters)]);
    let demand = |selection| Demand {
        format: &OutputFormat::Text,
        selection,
        functions: &case.functions,
        open_thought: false,
        may_think: true,
    };
    assert!(
        Constraint::new(&case.model, &demand(&ToolSelection::Auto))
            .unwrap()
            .is_none()
    );
    assert!(Constraint::new(&case.model, &demand(&ToolSelection::Validated(None))).is_err());
}

#[test]
fn calls_marked_by_control_tokens() {
    let validated = case(MISTRAL, OutputFormat::Text, ToolSelection::Validated(None));
    let call = "[TOOL_CALLS][{\"name\": \"get_time\", \"arguments\": {\"zone\": \"CET\"}}]";
    validated.allows("No call.");
    validated.allows(call);
    validated.allows(&format!("Let me see.{call}"));
    validated.stops("Hm.[TOOL_CALLS]none", "Hm.[TOOL_CALLS]");
    let any = case(MISTRAL, OutputFormat::Text, ToolSelection::Any(None));
    any.allows(call);
    any.stops("No call.", "");
}

#[test]
fn a_schema_and_calls_that_begin_alike() {
    const LLAMA: (&str, &[&str]) = (
        include_str!("../../fixtures/templates/llama.jinja"),
        &["<|eot_id|>", "<|start_header_id|>"],
    );
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    let case = case(LLAMA, OutputFormat::JsonSchema(schema.into()), ToolSelection::Auto);
    case.allows("{\"name\": \"get_tea\"}");
    case.allows("{\"name\": \"get_time\"}");
    case.allows("{\"name\": \"get_time\", \"parameters\": {\"zone\": \"UTC\"}}");
    case.stops("{\"name\": \"get_tea\", ", "{\"name\": \"get_tea\"");
}

#[test]
fn parameters_with_definitions() {
    let mut case = case(QWEN, OutputFormat::Text, ToolSelection::Any(None));
    let parameters = json!({
        "type": "object",
        "properties": {"zone": {"$ref": "#/$defs/zone"}},
        "required": ["zone"],
        "$defs": {"zone": {"enum": ["UTC"]}},
    });
    case.functions = Functions::new(vec![("get_time".to_owned(), parameters)]);
    case.allows(CALL);
}

#[test]
fn channels() {
    let thought = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
    let call = "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{\"zone\": \"UTC\"}";
    let any = case(GPT_OSS, OutputFormat::Text, ToolSelection::Any(None));
    any.allows(&format!("{thought}{call}"));
    any.stops("<|channel|>final", "<|channel|>");
    let validated = case(GPT_OSS, OutputFormat::Text, ToolSelection::Validated(None));
    validated.allows(&format!("{thought}<|channel|>final<|message|>Hello."));
    validated.allows(call);
}
