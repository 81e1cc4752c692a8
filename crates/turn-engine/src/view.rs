//! How a record is shown: in events, in replies, with its input.

use antiphon_interaction::{Content, Input, InputItem, Interaction, Step};
use antiphon_store::{Head, Record};
use jiff::Timestamp;

/// The wire has whole seconds.
fn seconds(time: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(time.as_second()).ok()
}

fn outline(record: &Record) -> Interaction {
    let mut shown = Interaction::new(record.id.clone(), record.status.clone());
    shown.model.clone_from(&record.head.model);
    shown.agent.clone_from(&record.head.agent);
    shown.created = seconds(record.created);
    shown.updated = seconds(record.updated);
    shown
}

/// Inside `interaction.created`.
pub(crate) fn created(record: &Record) -> Interaction {
    outline(record)
}

/// Inside `interaction.completed`: the end, without steps.
pub(crate) fn completed(record: &Record) -> Interaction {
    let mut shown = outline(record);
    shown.usage.clone_from(&record.head.usage);
    shown.service_tier.clone_from(&record.head.service_tier);
    shown.continuation_token.clone_from(&record.head.continuation_token);
    shown.errors.clone_from(&record.head.errors);
    shown
}

/// The resource, with `steps`.
pub(crate) fn whole(record: &Record, steps: Vec<Step>) -> Interaction {
    let Head {
        model,
        agent,
        service_tier,
        settings,
        usage,
        errors,
        continuation_token,
    } = record.head.clone();
    let mut shown = outline(record);
    shown.model = model;
    shown.agent = agent;
    shown.service_tier = service_tier;
    shown.settings = settings;
    shown.usage = usage;
    shown.errors = errors;
    shown.continuation_token = continuation_token;
    shown.previous_interaction_id.clone_from(&record.parent);
    shown.steps = Some(steps);
    shown
}

/// The request's input in its shortest form: a text, content blocks, or steps.
pub(crate) fn input(steps: &[Step]) -> Input {
    if let [Step::UserInput(only)] = steps {
        return match only.content.as_slice() {
            [Content::Text(text)] if text.annotations.is_none() => Input::Text(text.text.clone()),
            blocks => Input::Many(blocks.iter().cloned().map(InputItem::Content).collect()),
        };
    }
    Input::Many(steps.iter().cloned().map(InputItem::Step).collect())
}
