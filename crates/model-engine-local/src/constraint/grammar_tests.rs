use antiphon_model_engine::{OutputFormat, ToolSelection};
use llama_cpp_2::token::LlamaToken;
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
    let (user_defined, control) = control
        .iter()
        .partition(|mark| mark.contains("tool_call>") || mark.contains("think>"));
    let owned = |marks: Vec<&&str>| marks.into_iter().map(|&mark| mark.to_owned()).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.gguf");
    let model = RandomModel {
        template: Some(template.to_owned()),
        control: owned(control),
        // As Qwen's files have them.
        user_defined: owned(user_defined),
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

fn text_of(model: &Model, token: u32) -> Option<String> {
    String::from_utf8(
        model
            .llama
            .vocab()
            .token_to_piece(LlamaToken(token.cast_signed()), true, None),
    )
    .ok()
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
        let mut thinks = self.open_thought;
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
            if let Some(mark @ ("<think>" | "</think>")) = text_of(&self.model, token).as_deref() {
                thinks = mark == "<think>";
            }
            constraint.accept(token, thinks).unwrap();
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
    let call = "Let me see.[TOOL_CALLS][{\"name\": \"get_time\", \"arguments\": {\"zone\": \"CET\"}}]";
    list.allows(call);
    list.stops("Hm.[TOOL_CALLS]none", "Hm.[TOOL_CALLS]");
    list.stops(&format!("{call} Done."), call);
}

#[test]
fn a_mark_does_not_fit_into_an_argument() {
    let mut case = case(QWEN_TOKENS, OutputFormat::Text, ToolSelection::Auto);
    let parameters = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    case.functions = Functions::new(vec![("say".to_owned(), parameters)]);
    for selection in [ToolSelection::Auto, ToolSelection::Validated(None)] {
        case.selection = selection;
        let begun = "<tool_call>\n{\"name\": \"say\", \"arguments\": {\"text\": \"a\\u00e4 ";
        for mark in ["</tool_call>", "<think>"] {
            case.stops(&format!("{begun}{mark}"), begun);
        }
        case.allows(&format!("{begun}\"}}}}\n</tool_call>"));
    }
}

#[test]
fn what_a_model_may_leave_out_it_may_write_in_any_order() {
    let mut case = case(QWEN_TOKENS, OutputFormat::Text, ToolSelection::Auto);
    let parameters = json!({
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string", "format": "currency"}},
        "required": ["b"],
    });
    case.functions = Functions::new(vec![("f".to_owned(), parameters)]);
    let begun = "<tool_call>\n{\"name\": \"f\", \"arguments\": {";
    for arguments in ["\"a\": 1, \"b\": \"x\"", "\"b\": \"x\", \"a\": 1", "\"b\": \"x\""] {
        case.allows(&format!("{begun}{arguments}}}}}\n</tool_call>"));
    }
    case.stops(&format!("{begun}\"a\": \"x\""), &format!("{begun}\"a\": "));
    case.stops(&format!("{begun}\"c\": "), &format!("{begun}\""));
}

#[test]
fn of_what_cannot_be_enforced_the_rest_is_unless_it_was_asked_for() {
    let mut case = case(QWEN_TOKENS, OutputFormat::Text, ToolSelection::Auto);
    let parameters =
        json!({"type": "object", "properties": {"zone": {"$ref": "#/properties/none"}}, "required": ["zone"]});
    case.functions = Functions::new(vec![("get_time".to_owned(), parameters)]);
    case.allows("<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": [1]}}\n</tool_call>");
    case.stops("<tool_call>\n{\"name\": \"get_tea", "<tool_call>\n{\"name\": \"get_t");
    let demand = Demand {
        format: &OutputFormat::Text,
        selection: &ToolSelection::Validated(None),
        functions: &case.functions,
        open_thought: false,
        may_think: true,
    };
    assert!(Constraint::new(&case.model, &demand).is_err());
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
