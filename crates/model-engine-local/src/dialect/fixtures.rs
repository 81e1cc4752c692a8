//! What models of each family write, fed whole, letter by letter, and cut off.

use serde_json::json;

use super::{Family, Functions, Part, ThinkMarks, Unreadable};

fn functions() -> Functions {
    let parameters = json!({"type": "object", "properties": {
        "city": {"type": "string"}, "days": {"type": "integer"}, "zip": {"type": "string"},
    }});
    Functions::new(vec![
        ("get_weather".to_owned(), parameters.clone()),
        ("get_time".to_owned(), parameters),
    ])
}

const THINK: Option<ThinkMarks> = Some(super::THINK_TAGS);

/// Reads `text` in pieces of `size` letters and joins neighbours of one kind.
fn read(
    family: Family,
    marks: Option<ThinkMarks>,
    text: &str,
    size: usize,
    cut: bool,
) -> Result<Vec<Part>, Unreadable> {
    let mut reader = family.reader(marks, false, &functions());
    let mut parts = Vec::new();
    let letters: Vec<char> = text.chars().collect();
    for piece in letters.chunks(size) {
        reader.push(&piece.iter().collect::<String>(), &mut parts)?;
    }
    reader.finish(cut, &mut parts)?;
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Text(text)), Part::Text(more)) | (Some(Part::Thought(text)), Part::Thought(more)) => {
                text.push_str(&more);
            }
            (_, part) => joined.push(part),
        }
    }
    Ok(joined)
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn thought(text: &str) -> Part {
    Part::Thought(text.to_owned())
}

fn call(name: &str, arguments: &str) -> Part {
    Part::Call {
        id: None,
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    }
}

#[track_caller]
fn reads(family: Family, marks: Option<ThinkMarks>, written: &str, expected: &[Part]) {
    for size in [1, 3, 7, usize::MAX / 2] {
        let parts = read(family, marks, written, size, false);
        assert_eq!(parts.as_deref(), Ok(expected), "in pieces of {size}");
    }
    // Cut anywhere, it is still read without an error.
    for end in (0..written.len()).filter(|&end| written.is_char_boundary(end)) {
        assert!(read(family, marks, &written[..end], 5, true).is_ok(), "cut at {end}");
    }
}

#[track_caller]
fn refuses(family: Family, written: &str, reason: &str) {
    let error = read(family, None, written, 4, false).unwrap_err();
    assert!(error.0.contains(reason), "{}", error.0);
}

#[test]
fn qwen_and_hermes() {
    reads(
        Family::Hermes,
        THINK,
        "<think>\nHm.\n</think>\n\nLet me see.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Köln\", \"days\": 1.50}}\n</tool_call>\n<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>",
        &[
            thought("\nHm.\n"),
            text("\n\nLet me see.\n"),
            call("get_weather", "{\"city\": \"Köln\", \"days\": 1.50}"),
            text("\n"),
            call("get_time", "{}"),
        ],
    );
    reads(
        Family::Hermes,
        None,
        "a < b <tool> c </tool_call>",
        &[text("a < b <tool> c </tool_call>")],
    );
    refuses(
        Family::Hermes,
        "<tool_call>{\"name\": \"get_time\", \"arguments\": [1]}</tool_call>",
        "not a JSON object",
    );
    refuses(
        Family::Hermes,
        "<tool_call>{\"name\": \"get_time\", \"argu</tool_call>",
        "EOF",
    );
    refuses(Family::Hermes, "<tool_call></tool_call>", "nothing between");
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let deep = format!("<tool_call>{{\"name\": \"get_time\", \"arguments\": {{\"a\": {deep}}}}}</tool_call>");
    refuses(Family::Hermes, &deep, "recursion limit");
    refuses(Family::Hermes, &format!("<tool_call>{}", "[".repeat(1 << 17)), "EOF");
}

#[test]
fn qwen_coder_tags() {
    reads(
        Family::Hermes,
        None,
        "<tool_call>\n<function=get_weather>\n<parameter=city>\nKöln\nam Rhein\n</parameter>\n<parameter=days>\n3\n</parameter>\n<parameter=zip>\n50667\n</parameter>\n</function>\n</tool_call>",
        &[call(
            "get_weather",
            "{\"city\":\"Köln\\nam Rhein\",\"days\":3,\"zip\":\"50667\"}",
        )],
    );
    refuses(
        Family::Hermes,
        "<tool_call><function=get_weather><parameter=city>x</tool_call>",
        "without its end",
    );
}

#[test]
fn llama_3() {
    let weather = call("get_weather", "{\"city\": \"Oslo\"}");
    let json = "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}";
    reads(Family::Llama, None, json, std::slice::from_ref(&weather));
    reads(
        Family::Llama,
        None,
        &format!("<|python_tag|>{json}; {json}"),
        &[weather.clone(), weather],
    );
    reads(Family::Llama, None, "{\"answer\": 42}", &[text("{\"answer\": 42}")]);
    reads(
        Family::Llama,
        None,
        "{\"name\": \"Ada\", \"age\": 36}",
        &[text("{\"name\": \"Ada\", \"age\": 36}")],
    );
    reads(
        Family::Llama,
        None,
        "Hello {\"name\": 1}",
        &[text("Hello {\"name\": 1}")],
    );
    refuses(
        Family::Llama,
        "<|python_tag|>get_weather.call(city=\"Oslo\")",
        "expected",
    );
    refuses(Family::Llama, "<|python_tag|>", "nothing follows");
}

#[test]
fn an_answer_that_is_surely_no_call_is_not_held_back() {
    let mut reader = Family::Llama.reader(None, false, &functions());
    let mut parts = Vec::new();
    reader.push("{\"nothing\"", &mut parts).unwrap();
    assert_eq!(parts, [text("{\"nothing\"")]);
}

#[test]
fn mistral() {
    reads(
        Family::MistralList,
        None,
        "Sure.[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}, \"id\": \"abcdefghi\"}, {\"name\": \"get_time\", \"arguments\": {}}]",
        &[
            text("Sure."),
            Part::Call {
                id: Some("abcdefghi".to_owned()),
                name: "get_weather".to_owned(),
                arguments: "{\"city\": \"Oslo\"}".to_owned(),
            },
            call("get_time", "{}"),
        ],
    );
    reads(
        Family::MistralArgs,
        None,
        "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Oslo\"}[TOOL_CALLS]get_time[ARGS]{}",
        &[call("get_weather", "{\"city\": \"Oslo\"}"), call("get_time", "{}")],
    );
    refuses(Family::MistralList, "[TOOL_CALLS]", "nothing follows");
    refuses(Family::MistralArgs, "[TOOL_CALLS]get_time[ARGS]{", "not JSON");
}

#[test]
fn gemma() {
    let weather = call("get_weather", "{\"city\": \"Oslo\"}");
    let json = "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}";
    reads(
        Family::GemmaJson,
        None,
        &format!("```json\n{json}\n```"),
        std::slice::from_ref(&weather),
    );
    reads(
        Family::GemmaJson,
        None,
        &format!("```tool_call\n{json}\n```"),
        &[weather],
    );
    reads(
        Family::GemmaJson,
        None,
        "```python\nprint()\n```",
        &[text("```python\nprint()\n```")],
    );
    reads(
        Family::GemmaFunction,
        None,
        "<start_function_call>call:get_weather{city:<escape>Oslo, {N}<escape>,days:3}<end_function_call>",
        &[call("get_weather", "{\"city\":\"Oslo, {N}\",\"days\":3}")],
    );
    reads(
        Family::Gemma4,
        Some(super::THINK_GEMMA),
        "<|channel>thought\nHm.<channel|>Sure.<|tool_call>call:get_weather{city:<|\"|>Os\"lo<|\"|>,tags:[<|\"|>a<|\"|>,true,{n:null}]}<tool_call|>",
        &[
            thought("\nHm."),
            text("Sure."),
            call(
                "get_weather",
                "{\"city\":\"Os\\\"lo\",\"tags\":[\"a\",true,{\"n\":null}]}",
            ),
        ],
    );
    reads(
        Family::Gemma4,
        None,
        "<|tool_call>call:get_time{\"city\": \"a\\u00e9\"}<tool_call|>",
        &[call("get_time", "{\"city\":\"aé\"}")],
    );
    refuses(
        Family::GemmaFunction,
        "<start_function_call>call:get_time{city:<end_function_call>",
        "empty value",
    );
    refuses(
        Family::GemmaFunction,
        &format!(
            "<start_function_call>call:get_time{{a:{}<end_function_call>",
            "[".repeat(99)
        ),
        "nest deeper",
    );
}

#[test]
fn gpt_oss() {
    reads(
        Family::Harmony,
        None,
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary<|message|>Let me see.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Oslo\"}<|call|>",
        &[
            thought("Hm."),
            text("Let me see."),
            call("get_weather", "{\"city\": \"Oslo\"}"),
        ],
    );
    reads(
        Family::Harmony,
        None,
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>",
        &[thought("Hm."), text("Hello!")],
    );
    reads(
        Family::Harmony,
        None,
        "<|start|>assistant to=functions.get_time<|channel|>commentary json<|message|>{}",
        &[call("get_time", "{}")],
    );
    assert_eq!(
        read(Family::Harmony, None, "No header.", 3, false),
        Ok(vec![text("No header.")])
    );
    refuses(
        Family::Harmony,
        "<|channel|>commentary to=functions.get_time<|message|>[]<|call|>",
        "not a JSON object",
    );
}

#[test]
fn reasoning_that_the_prompt_opened() {
    let mut reader = Family::Hermes.reader(THINK, true, &functions());
    let mut parts = Vec::new();
    assert!(reader.thinks());
    reader.push("Hm.</thi", &mut parts).unwrap();
    reader.push("nk>Yes", &mut parts).unwrap();
    assert!(!reader.thinks());
    assert_eq!(parts, [thought("Hm."), text("Yes")]);
}

#[test]
fn templates_tell_their_family() {
    let family = |template: &str| Family::of_template(template);
    assert_eq!(family("<|im_start|> <tool_call>"), Some(Family::Hermes));
    assert_eq!(family("<|start_header_id|>"), Some(Family::Llama));
    assert_eq!(family("[INST] [TOOL_CALLS]"), Some(Family::MistralList));
    assert_eq!(family("[TOOL_CALLS] [ARGS]"), Some(Family::MistralArgs));
    assert_eq!(family("<start_of_turn>"), Some(Family::GemmaJson));
    assert_eq!(
        family("<start_of_turn> <start_function_call>"),
        Some(Family::GemmaFunction)
    );
    assert_eq!(family("<|tool_call> <tool_call|>"), Some(Family::Gemma4));
    assert_eq!(family("<|start|> <|channel|> <|message|>"), Some(Family::Harmony));
    assert_eq!(family("### Instruction:"), None);
}

#[test]
fn whatever_a_model_writes_no_reader_panics() {
    const WORDS: [&str; 40] = [
        "<think>",
        "</think>",
        "[THINK]",
        "<tool_call>",
        "</tool_call>",
        "<function=",
        "<parameter=",
        "</parameter>",
        "</function>",
        ">",
        "<|python_tag|>",
        "[TOOL_CALLS]",
        "[ARGS]",
        "[CALL_ID]",
        "<start_function_call>",
        "<end_function_call>",
        "<escape>",
        "<|tool_call>",
        "<tool_call|>",
        "<|\"|>",
        "<|channel>thought",
        "<channel|>",
        "<|start|>",
        "<|channel|>",
        "<|message|>",
        "<|constrain|>",
        "<|end|>",
        "<|call|>",
        "to=functions.",
        "```json\n",
        "{\"name\": \"get_time\", ",
        "\"arguments\": {}",
        "\"parameters\": ",
        "call:get_time{",
        "{",
        "}",
        "[",
        "é<",
        ":,",
        "\"",
    ];
    let families = [
        Family::Hermes,
        Family::Llama,
        Family::MistralList,
        Family::MistralArgs,
        Family::GemmaJson,
        Family::GemmaFunction,
        Family::Gemma4,
        Family::Harmony,
    ];
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..4000 {
        let text: String = (0..random.usize(1..12))
            .map(|_| WORDS[random.usize(0..WORDS.len())])
            .collect();
        for family in families {
            let _ = read(family, THINK, &text, random.usize(1..9), round % 2 == 0);
        }
    }
}

/// Text is never lost and never invented where there is no mark.
#[test]
fn text_without_marks_passes_unchanged() {
    for family in [
        Family::Hermes,
        Family::Llama,
        Family::MistralList,
        Family::GemmaJson,
        Family::Gemma4,
    ] {
        for written in [
            "",
            "a",
            "  {x} <b> [T",
            "```rust\nfn main() {}\n```",
            "{\"name\": \"get_time\"",
        ] {
            let expected: Vec<Part> = if written.is_empty() {
                Vec::new()
            } else {
                vec![text(written)]
            };
            assert_eq!(read(family, THINK, written, 2, false), Ok(expected), "{family:?}");
        }
    }
}
