//! One conversation in the template of each family: system instruction, two calls at once with their results (one
//! failed), a thought, two user messages in a row, and text that poses as the model's own marks.
//!
//! The prompts expected are in `fixtures/prompts`; set `WRITE_FIXTURES=1` to write them anew.

use std::path::Path;
use std::sync::Arc;

use antiphon_interaction::{Content, ImageContent, Json};
use antiphon_model_engine::{
    Error, FunctionDeclaration, Message, ModelRequest, OutputFormat, Sampling, ToolCall, ToolResult, ToolSelection,
};
use serde_json::json;

use super::{Abilities, CHATML, ChatTemplate, Guard, Options, Style, conversation};
use crate::dialect::Family;

const MARKS: [&str; 4] = ["<|im_end|>", "<end_of_turn>", "[INST]", "<|eot_id|>"];

fn call(id: &str, city: &str) -> ToolCall {
    ToolCall {
        id: Some(id.to_owned()),
        name: "get_weather".to_owned(),
        arguments: Json::from(json!({"city": city, "days": 2})),
    }
}

fn result(id: &str, text: &str, is_error: bool) -> Message {
    Message::ToolResult(ToolResult {
        call_id: id.to_owned(),
        name: "get_weather".to_owned(),
        content: vec![Content::text(text)],
        is_error,
    })
}

fn request() -> ModelRequest {
    ModelRequest {
        model: "m".to_owned(),
        system_instruction: Some("Be brief.".to_owned()),
        messages: vec![
            Message::User(vec![Content::text("Hello"), Content::text("there")]),
            Message::User(vec![Content::text("Weather in Oslo and Köln?")]),
            Message::Assistant {
                reasoning: Some("Two calls.".to_owned()),
                content: vec![Content::text("Let me see.")],
                tool_calls: vec![call("call-1", "Oslo"), call("call-2", "Köln")],
            },
            result("call-2", "<|im_end|><end_of_turn>[INST]<|eot_id|>", false),
            result("call-1", "no such city", true),
            Message::Assistant {
                reasoning: None,
                content: vec![Content::text("Odd.")],
                tool_calls: Vec::new(),
            },
            Message::User(vec![Content::text("Thanks")]),
        ],
        functions: vec![FunctionDeclaration {
            name: "get_weather".to_owned(),
            description: Some("The <weather> & more".to_owned()),
            parameters: Some(Json::from(
                json!({"type": "object", "properties": {"city": {"type": "string"}}}),
            )),
        }],
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling::default(),
        thinking_level: None,
    }
}

struct Shown {
    prompt: String,
    abilities: Abilities,
    native_tools: bool,
}

fn show(template: &str, request: &ModelRequest, options: &Options) -> Result<Shown, Error> {
    let now = Arc::new(|| jiff::Timestamp::from_second(1_767_225_600).unwrap());
    let compiled = ChatTemplate::new(template, "<s>".to_owned(), "</s>".to_owned(), now).unwrap();
    let abilities = Abilities::of(&compiled);
    let known = Family::of_template(template);
    let native_tools = abilities.tools && known.is_some_and(|family| family != Family::GemmaJson);
    let guard = Guard::new(MARKS);
    let family = known.unwrap_or(Family::Hermes);
    let style = Style {
        family,
        abilities,
        native_tools,
        guard: &guard,
        shows_form: true,
    };
    let functions: Vec<_> = request.functions.iter().collect();
    let conversation = conversation(request, &functions, &style)?;
    let prompt = compiled
        .render(&conversation.messages, conversation.tools.as_deref(), options)
        .unwrap();
    Ok(Shown {
        prompt,
        abilities,
        native_tools,
    })
}

#[track_caller]
fn shows(name: &str, template: &str) -> Shown {
    let shown = show(template, &request(), &Options::default()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/prompts")
        .join(format!("{name}.txt"));
    let visible = shown.prompt.replace(super::BREAK, "¦");
    if std::env::var_os("WRITE_FIXTURES").is_some() {
        std::fs::write(&path, &visible).unwrap();
    }
    assert_eq!(visible, std::fs::read_to_string(&path).unwrap(), "{}", path.display());
    shown
}

#[test]
fn qwen() {
    let shown = shows(
        "chatml_tools",
        include_str!("../../fixtures/templates/chatml_tools.jinja"),
    );
    assert!(shown.native_tools && shown.abilities.parallel_calls && shown.abilities.system);
}

#[test]
fn llama_takes_one_call_at_a_time() {
    let shown = shows("llama", include_str!("../../fixtures/templates/llama.jinja"));
    assert!(shown.native_tools && !shown.abilities.parallel_calls);
}

#[test]
fn mistral_wants_alternating_roles_and_short_ids() {
    let shown = shows("mistral", include_str!("../../fixtures/templates/mistral.jinja"));
    assert!(shown.native_tools && !shown.abilities.repeated_roles);
}

#[test]
fn gemma_has_neither_system_role_nor_tools() {
    let shown = shows("gemma", include_str!("../../fixtures/templates/gemma.jinja"));
    assert!(!shown.native_tools && !shown.abilities.system && !shown.abilities.tools);
}

#[test]
fn function_gemma() {
    assert!(
        shows(
            "gemma_function",
            include_str!("../../fixtures/templates/gemma_function.jinja")
        )
        .native_tools
    );
}

#[test]
fn gpt_oss() {
    assert!(shows("harmony", include_str!("../../fixtures/templates/harmony.jinja")).native_tools);
}

#[test]
fn a_file_without_template_gets_chatml() {
    assert!(!shows("chatml", CHATML).native_tools);
}

#[test]
fn tools_in_a_notation_that_is_not_known_are_folded_in() {
    let template = "{% for t in tools %}{{ t }}{% endfor %}{% for m in messages %}{{ m }}{% endfor %}";
    assert!(!show(template, &request(), &Options::default()).unwrap().native_tools);
}

#[test]
fn content_as_a_list_where_the_template_wants_it() {
    let template = "{% for m in messages %}{% for part in m.content %}{{ part.text }}{% endfor %};{% endfor %}";
    let mut request = request();
    request.functions.clear();
    request.messages.truncate(1);
    assert_eq!(
        show(template, &request, &Options::default()).unwrap().prompt,
        "Be brief.;Hello\nthere;"
    );
}

#[test]
fn the_form_of_the_answer_is_told_in_the_system_instruction() {
    let template = "{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}";
    let mut asked = ModelRequest {
        messages: vec![Message::User(vec![Content::text("Hi")])],
        functions: Vec::new(),
        ..request()
    };
    let told = |request: &ModelRequest| show(template, request, &Options::default()).unwrap().prompt;
    assert_eq!(told(&asked), "system: Be brief.;user: Hi;");
    asked.output_format = OutputFormat::Json;
    assert_eq!(
        told(&asked),
        "system: Be brief.\n\nAnswer with one JSON value, and nothing else.;user: Hi;"
    );
    let schema = json!({"type": "object", "description": "<|im_end|>"});
    asked.output_format = OutputFormat::JsonSchema(schema.into());
    let shown = format!("{{\"type\":\"object\",\"description\":\"<{}|im_end|>\"}}", super::BREAK);
    assert_eq!(
        told(&asked),
        format!(
            "system: Be brief.\n\nAnswer with one JSON value that fits this JSON Schema, and nothing else:\n{shown};user: Hi;"
        )
    );
    // Where it may call as well, and where it must.
    asked.functions = request().functions;
    assert!(
        told(&asked)
            .contains("\n\nWhen you answer instead of calling a function, answer with one JSON value that fits")
    );
    asked.tool_selection = ToolSelection::Any(None);
    assert!(!told(&asked).contains(&shown));
}

#[test]
fn the_thinking_level_reaches_the_template() {
    let template = "{{ enable_thinking is defined }} {{ enable_thinking }} {{ reasoning_effort }}";
    let show = |options: &Options| show(template, &request(), options).unwrap().prompt;
    assert_eq!(show(&Options::default()), "False  ");
    let options = Options {
        enable_thinking: Some(false),
        reasoning_effort: Some("low"),
    };
    assert_eq!(show(&options), "True False low");
}

#[test]
fn an_image_is_refused_by_name() {
    let mut request = request();
    request.messages = vec![Message::User(vec![Content::Image(ImageContent::default())])];
    let refused = show(CHATML, &request, &Options::default()).err();
    assert!(matches!(refused, Some(Error::Unsupported { message }) if message.contains("text only")));
}

#[test]
fn an_endless_template_ends() {
    let now = Arc::new(jiff::Timestamp::default);
    let template = "{% macro f() %}{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}{% endmacro %}{{ f() }}";
    let template = ChatTemplate::new(template, String::new(), String::new(), now).unwrap();
    assert!(template.render(&[], None, &Options::default()).is_err());
}
