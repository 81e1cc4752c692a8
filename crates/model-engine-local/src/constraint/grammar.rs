use std::fmt::Write;

use antiphon_model_engine::{Error, OutputFormat, ToolSelection};
use serde_json::{Value, json};

use super::{Demand, schema};
use crate::dialect::Family;
use crate::model::Model;

/// The grammar for `demand` in Lark's notation, or `None` where nothing is demanded.
pub(super) fn grammar(model: &Model, demand: &Demand<'_>) -> Result<Option<String>, Error> {
    let json = match demand.format {
        OutputFormat::Text => None,
        OutputFormat::Json => Some(json!({})),
        OutputFormat::JsonSchema(schema) => Some(schema.value()),
    };
    let may_call = !demand.functions.is_empty();
    let (text, calls, must_call) = match demand.selection {
        ToolSelection::Any(_) => (None, true, true),
        ToolSelection::Validated(_) => (json, may_call, false),
        ToolSelection::Auto | ToolSelection::None if json.is_none() => return Ok(None),
        ToolSelection::Auto => (json, may_call, false),
        ToolSelection::None => (json, false, false),
    };
    if must_call && !may_call {
        return Err(Error::Unsupported {
            message: "a function must be called, but none may be".to_owned(),
        });
    }
    if !calls && text.is_none() {
        return Ok(None);
    }
    let mut lark = Lark {
        model,
        rules: String::from("TEXT: /(.|\\n)*/\n"),
        free: None,
    };
    if let Some(schema) = &text {
        lark.rule("json", &lark.json(schema::closed(schema)));
    }
    let answer = match model.family {
        Family::Harmony => lark.harmony(demand, text.is_some(), calls, must_call),
        Family::Hermes
        | Family::Llama
        | Family::MistralList
        | Family::MistralArgs
        | Family::GemmaJson
        | Family::GemmaFunction
        | Family::Gemma4 => {
            let answer = match (calls, text.is_some()) {
                (false, _) => "json".to_owned(),
                (true, true) => format!("json | {}", lark.calls(demand)),
                (true, false) if must_call => lark.calls(demand),
                (true, false) => lark.text_or_calls(demand),
            };
            lark.after_thought(demand, &answer)
        }
    };
    lark.rule("start", &answer);
    Ok(Some(lark.rules))
}

/// How calls go that a model makes by itself.
pub(super) struct FreeCalls {
    /// The mark that begins one.
    pub mark: &'static str,
    /// The grammar of what follows the mark, in Lark's notation.
    pub call: String,
    /// Whether the answer is over when the grammar is.
    pub ends_answer: bool,
}

/// The calls that a model of this family makes by itself. `None` where they begin with no mark, or where models write
/// something else than JSON behind it. With `shaped`, arguments are held to their schemas, else to being an object.
pub(super) fn free_calls(model: &Model, demand: &Demand<'_>, shaped: bool) -> Option<FreeCalls> {
    let mut lark = Lark {
        model,
        rules: String::new(),
        free: Some(shaped),
    };
    let (mark, call, ends_answer) = match model.family {
        Family::Hermes => {
            let function = lark.objects(demand, "arguments");
            let close = lark.mark("</tool_call>");
            ("<tool_call>", format!("\"\\n\" {function} \"\\n\" {close}"), false)
        }
        Family::MistralList => {
            let function = lark.objects(demand, "arguments");
            (
                "[TOOL_CALLS]",
                format!("\" \"? \"[\" {function} (\", \" {function})* \"]\""),
                true,
            )
        }
        Family::MistralArgs => {
            let (mark, args) = (lark.mark("[TOOL_CALLS]"), lark.mark("[ARGS]"));
            let function = lark.functions(demand, |name| format!("{} {args}", quoted(name)));
            ("[TOOL_CALLS]", format!("{function} ({mark} {function})*"), true)
        }
        Family::Llama | Family::GemmaJson | Family::GemmaFunction | Family::Gemma4 | Family::Harmony => return None,
    };
    lark.rule("start", &call);
    Some(FreeCalls {
        mark,
        call: lark.rules,
        ends_answer,
    })
}

struct Lark<'m> {
    model: &'m Model,
    rules: String,
    /// Set for calls that the model makes by itself: whether their arguments are held to their schemas.
    free: Option<bool>,
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Lark<'_> {
    fn rule(&mut self, name: &str, body: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.rules, "{name}: {body}");
    }

    /// A mark of the dialect: the token where the vocabulary has one, else its text.
    fn mark(&self, mark: &str) -> String {
        self.model
            .special_token(mark)
            .map_or_else(|| quoted(mark), |token| format!("<[{token}]>"))
    }

    /// The closed schema that arguments are held to.
    fn parameters(&self, schema: &Value) -> Value {
        match self.free {
            None => schema::closed(schema),
            Some(true) => schema::free(schema),
            Some(false) => json!({"type": "object"}),
        }
    }

    /// A schema in Lark's notation; that of a call which the model makes by itself refuses no keyword.
    fn json(&self, schema: Value) -> String {
        format!("%json {}", schema::guided(schema, self.free.is_some()))
    }

    /// Defines `name` as any text up to and with `mark`.
    fn until(&mut self, name: &str, mark: &str) {
        match self.model.special_token(mark) {
            Some(token) => self.rule(name, &format!("TEXT <[{token}]>")),
            None => self.rule(&format!("{name}[lazy]"), &format!("TEXT {}", quoted(mark))),
        }
    }

    /// Defines a rule per function for what `before` gives and its arguments, and gives their alternatives.
    fn functions(&mut self, demand: &Demand<'_>, before: impl Fn(&str) -> String) -> String {
        let mut names = Vec::new();
        for (index, (name, parameters)) in demand.functions.iter().enumerate() {
            let rule = format!("function_{index}");
            self.rule(
                &rule,
                &format!("{} {}", before(name), self.json(self.parameters(parameters))),
            );
            names.push(rule);
        }
        self.rule("function", &names.join(" | "));
        "function".to_owned()
    }

    /// Defines a rule per function for an object with its name first, and gives their alternatives. All of it is one
    /// schema, so that it can stand beside another one that begins alike.
    fn objects(&mut self, demand: &Demand<'_>, arguments: &str) -> String {
        let mut names = Vec::new();
        for (index, (name, parameters)) in demand.functions.iter().enumerate() {
            let rule = format!("function_{index}");
            let call = schema::call(name, arguments, self.parameters(parameters));
            self.rule(&rule, &self.json(call));
            names.push(rule);
        }
        self.rule("function", &names.join(" | "));
        "function".to_owned()
    }

    /// At least one call and nothing else.
    fn calls(&mut self, demand: &Demand<'_>) -> String {
        match self.model.family {
            Family::Hermes => {
                let function = self.objects(demand, "arguments");
                let (open, close) = (self.mark("<tool_call>"), self.mark("</tool_call>"));
                self.rule("call", &format!("{open} \"\\n\" {function} \"\\n\" {close}"));
                "call (\"\\n\" call)*".to_owned()
            }
            Family::Llama | Family::GemmaJson => self.objects(demand, "parameters"),
            Family::MistralList => {
                let function = self.objects(demand, "arguments");
                format!(
                    "{} \"[\" {function} (\", \" {function})* \"]\"",
                    self.mark("[TOOL_CALLS]")
                )
            }
            Family::MistralArgs => {
                let (mark, args) = (self.mark("[TOOL_CALLS]"), self.mark("[ARGS]"));
                let function = self.functions(demand, |name| format!("{} {args}", quoted(name)));
                format!("({mark} {function})+")
            }
            Family::GemmaFunction => self.gemma_calls(demand, "<start_function_call>", "<end_function_call>"),
            Family::Gemma4 => self.gemma_calls(demand, "<|tool_call>", "<tool_call|>"),
            Family::Harmony => self.harmony_call(demand),
        }
    }

    /// Gemma's values are a superset of JSON, and JSON has a grammar.
    fn gemma_calls(&mut self, demand: &Demand<'_>, open: &str, close: &str) -> String {
        let function = self.functions(demand, |name| quoted(&format!("call:{name}")));
        format!("({} {function} {})+", self.mark(open), self.mark(close))
    }

    /// Free text, or calls that fit, or both.
    fn text_or_calls(&mut self, demand: &Demand<'_>) -> String {
        match self.model.family {
            Family::Hermes => {
                let function = self.objects(demand, "arguments");
                self.until("until_call", "<tool_call>");
                let close = self.mark("</tool_call>");
                self.rule("call", &format!("until_call \"\\n\" {function} \"\\n\" {close}"));
                self.rule("tail", "TEXT");
                "call* tail".to_owned()
            }
            Family::Llama | Family::GemmaJson => {
                let calls = self.calls(demand);
                // What begins like a call is one.
                self.rule("free", "/[^{`\\s](.|\\n)*/");
                format!("free | {calls}")
            }
            Family::MistralList | Family::MistralArgs | Family::GemmaFunction | Family::Gemma4 => {
                let calls = self.calls(demand);
                let open = self.model.family.marks().first().copied().unwrap_or_default();
                match self.model.special_token(open) {
                    Some(_) => {
                        self.rule("tail", "TEXT");
                        format!("tail | TEXT {calls} | {calls}")
                    }
                    None => {
                        // As plain text the mark could hide in free text, so text and calls do not mix.
                        let first = open.chars().next().unwrap_or('<');
                        self.rule(
                            "FREE",
                            &format!("/[^\\{first}\\s](.|\\n)*/ & ~/(.|\\n)*{}(.|\\n)*/", escaped(open)),
                        );
                        format!("FREE | {calls}")
                    }
                }
            }
            Family::Harmony => self.calls(demand),
        }
    }

    /// Lets reasoning come first, where the model reasons.
    fn after_thought(&mut self, demand: &Demand<'_>, answer: &str) -> String {
        let Some(marks) = self.model.think else {
            return answer.to_owned();
        };
        if demand.open_thought {
            self.until("thought", marks.close);
            format!("thought \"\\n\"* ({answer})")
        } else if demand.may_think {
            self.until("thought_end", marks.close);
            self.rule("thought", &format!("{} thought_end \"\\n\"*", self.mark(marks.open)));
            format!("thought? ({answer})")
        } else {
            answer.to_owned()
        }
    }

    fn harmony_call(&mut self, demand: &Demand<'_>) -> String {
        let (channel, constrain, message) = (
            self.mark("<|channel|>"),
            self.mark("<|constrain|>"),
            self.mark("<|message|>"),
        );
        self.functions(demand, |name| {
            let header = quoted(&format!("commentary to=functions.{name} "));
            format!("{channel} {header} {constrain} \"json\" {message}")
        })
    }

    fn harmony(&mut self, demand: &Demand<'_>, json: bool, calls: bool, must_call: bool) -> String {
        let (channel, message) = (self.mark("<|channel|>"), self.mark("<|message|>"));
        let (start, end) = (self.mark("<|start|>"), "<|end|>");
        self.until("until_end", end);
        self.rule(
            "analysis",
            &format!("{channel} \"analysis\" {message} until_end {start} \"assistant\""),
        );
        let mut answers = Vec::new();
        if json {
            answers.push(format!("{channel} \"final\" {message} json"));
        } else if !must_call {
            answers.push(format!("{channel} \"final\" {message} TEXT"));
        }
        if calls {
            answers.push(self.harmony_call(demand));
        }
        let thought = if demand.may_think { "analysis* " } else { "" };
        format!("{thought}({})", answers.join(" | "))
    }
}

fn escaped(mark: &str) -> String {
    mark.chars()
        .flat_map(|c| [Some('\\').filter(|_| !c.is_alphanumeric() && c != '_'), Some(c)])
        .flatten()
        .collect()
}
