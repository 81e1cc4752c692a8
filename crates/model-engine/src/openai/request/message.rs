use std::borrow::Cow;

use antiphon_interaction::Content;
use serde::Serialize;

use super::media::{Media, Part};
use crate::{Error, Message, ToolCall, ToolResult};

/// A message as the server takes it.
#[derive(Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(super) enum WireMessage<'a> {
    System {
        content: &'a str,
    },
    User {
        content: WireContent<'a>,
    },
    Assistant {
        content: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_content: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<WireCall<'a>>,
    },
    Tool {
        tool_call_id: &'a str,
        content: Cow<'a, str>,
    },
}

/// Text where text is enough, because many chat templates take nothing else.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WireContent<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", content = "function", rename_all = "snake_case")]
enum CallBody<'a> {
    Function { name: &'a str, arguments: &'a str },
}

#[derive(Serialize)]
pub(super) struct WireCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    body: CallBody<'a>,
}

/// The messages in the server's form.
///
/// Neighbouring user messages become one, since templates want the roles to alternate. A failed function's result begins with
/// `Error: `, as the dialect has no flag for it. Images that a function gave follow its results in a user message, as `tool`
/// messages carry text only.
pub(super) fn write<'a>(
    system: Option<&'a str>,
    messages: &'a [Message],
    media: &Media<'_>,
) -> Result<Vec<WireMessage<'a>>, Error> {
    let mut written = Vec::with_capacity(messages.len() + 1);
    written.extend(system.map(|content| WireMessage::System { content }));
    let last_user = messages.iter().rposition(|message| matches!(message, Message::User(_)));
    let mut spoken: Vec<&Content> = Vec::new();
    let mut shown: Vec<Part<'_>> = Vec::new();
    for (position, message) in messages.iter().enumerate() {
        if !matches!(message, Message::ToolResult(_)) && !shown.is_empty() {
            written.push(WireMessage::User {
                content: WireContent::Parts(std::mem::take(&mut shown)),
            });
        }
        if !matches!(message, Message::User(_)) {
            flush_user(&mut spoken, media, &mut written)?;
        }
        match message {
            Message::User(content) => spoken.extend(content),
            Message::Assistant {
                reasoning,
                content,
                tool_calls,
            } => {
                let in_loop = last_user.is_none_or(|user| position > user);
                written.push(WireMessage::Assistant {
                    content: assistant_text(content, media)?,
                    reasoning_content: reasoning.as_deref().filter(|_| in_loop),
                    tool_calls: tool_calls.iter().map(wire_call).collect(),
                });
            }
            Message::ToolResult(result) => written.push(tool_result(result, media, &mut shown)?),
        }
    }
    if !shown.is_empty() {
        written.push(WireMessage::User {
            content: WireContent::Parts(shown),
        });
    }
    flush_user(&mut spoken, media, &mut written)?;
    if matches!(messages.last(), Some(Message::Assistant { .. })) {
        // There is no field for it that all servers know; some refuse a conversation that ends so.
        written.push(WireMessage::User {
            content: WireContent::Text(Cow::Borrowed(GO_ON)),
        });
    }
    Ok(written)
}

/// Asks for the rest of an answer that a token limit cut off.
const GO_ON: &str =
    "Your last message was cut off. Continue it exactly where it stopped: repeat nothing, introduce nothing.";

fn flush_user<'a>(
    spoken: &mut Vec<&'a Content>,
    media: &Media<'_>,
    written: &mut Vec<WireMessage<'a>>,
) -> Result<(), Error> {
    if spoken.is_empty() {
        return Ok(());
    }
    let blocks = std::mem::take(spoken);
    let content = match joined(&blocks) {
        Some(text) => WireContent::Text(text),
        None => WireContent::Parts(
            blocks
                .into_iter()
                .map(|block| media.part(block))
                .collect::<Result<_, _>>()?,
        ),
    };
    written.push(WireMessage::User { content });
    Ok(())
}

/// The blocks' text, a line each; `None` if there is anything but text.
fn joined<'a>(blocks: &[&'a Content]) -> Option<Cow<'a, str>> {
    match blocks {
        [] => Some(Cow::Borrowed("")),
        [block] => block.as_text().map(Cow::Borrowed),
        blocks => {
            let texts: Option<Vec<&str>> = blocks.iter().map(|block| block.as_text()).collect();
            texts.map(|texts| Cow::Owned(texts.join("\n")))
        }
    }
}

fn assistant_text<'a>(content: &'a [Content], media: &Media<'_>) -> Result<Option<Cow<'a, str>>, Error> {
    let blocks: Vec<&Content> = content.iter().collect();
    match joined(&blocks) {
        Some(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        None => Err(Error::Unsupported {
            message: format!(
                "the model `{}` takes only text as its own earlier output, and the conversation holds other output: answer with a model that made it",
                media.model
            ),
        }),
    }
}

fn wire_call(call: &ToolCall) -> WireCall<'_> {
    let ToolCall { id, name, arguments } = call;
    WireCall {
        id: id.as_deref(),
        body: CallBody::Function {
            name,
            arguments: arguments.text(),
        },
    }
}

fn tool_result<'a>(
    result: &'a ToolResult,
    media: &Media<'_>,
    shown: &mut Vec<Part<'a>>,
) -> Result<WireMessage<'a>, Error> {
    let ToolResult {
        call_id,
        name: _,
        content,
        is_error,
    } = result;
    let texts: Vec<&Content> = content.iter().filter(|block| block.as_text().is_some()).collect();
    let mut text = joined(&texts).unwrap_or_default();
    let images_before = shown.len();
    for block in content.iter().filter(|block| block.as_text().is_none()) {
        shown.push(media.part(block)?);
    }
    if *is_error {
        text = Cow::Owned(format!("Error: {text}"));
    }
    if text.is_empty() && shown.len() > images_before {
        text = Cow::Borrowed("The result follows in the next message.");
    }
    Ok(WireMessage::Tool {
        tool_call_id: call_id,
        content: text,
    })
}
