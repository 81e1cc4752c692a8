use std::collections::HashSet;
use std::sync::Arc;

use antiphon_interaction::{Content, InteractionId, Json, Status, Step};
use antiphon_model_engine::{
    Finish, FinishReason, Message, ModelEvent, ModelRequest, ModelUsage, OutputFormat, Sampling, ToolCall,
    ToolSelection,
};
use antiphon_store::ProjectId;

use super::{Action, Budget, LoopLimits, Occurrence, Turn, TurnContext};
use crate::Error;
use crate::continuation::Issuer;
use crate::entropy::Entropy;
use crate::seal::{SEALING_KEY_BYTES, Sealer};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn turn() -> Turn {
    turn_with(None)
}

fn turn_with(json_answer: Option<String>) -> Turn {
    let request = ModelRequest {
        model: "m".to_owned(),
        system_instruction: None,
        messages: vec![Message::User(vec![Content::text("hi")])],
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: json_answer.map_or(OutputFormat::Text, |_| OutputFormat::Json),
        sampling: Sampling::default(),
        thinking_level: None,
    };
    let (turn, _) = Turn::begin(TurnContext {
        project: ProjectId::default(),
        attempt: 1,
        done: None,
        request,
        summaries: false,
        takes_images: false,
        callable: HashSet::from(["f".to_owned()]),
        call_ids: HashSet::from(["used".to_owned()]),
        sources: Vec::new(),
        tools: Arc::default(),
        limits: LoopLimits {
            rounds: 2,
            calls: 2,
            result_bytes: 100,
            media_bytes: 100,
        },
        budget: Budget {
            left: None,
            call: 100,
            chains: false,
            initial_input_tokens: None,
        },
        issuer: Issuer {
            id: InteractionId::from_random([0; 18]),
            unstored: None,
        },
        sealer: Arc::new(Sealer::new(&[7; SEALING_KEY_BYTES]).unwrap()),
        entropy: Arc::new(Zeros),
    });
    turn
}

fn call(id: &str) -> Occurrence {
    let call = ToolCall {
        id: Some(id.to_owned()),
        name: "f".to_owned(),
        arguments: Json::empty_object(),
    };
    Occurrence::Model(ModelEvent::ToolCall(call))
}

fn finish(reason: FinishReason) -> Occurrence {
    Occurrence::Model(ModelEvent::Finished(Finish {
        reason,
        usage: ModelUsage::default(),
    }))
}

fn text(text: &str) -> Occurrence {
    Occurrence::Model(ModelEvent::Text(text.to_owned()))
}

fn steps(actions: &[Action]) -> Vec<Step> {
    let closed = actions.iter().filter_map(|action| match action {
        Action::Close { step, .. } => Some(step.step.clone()),
        Action::CallModel(_)
        | Action::RunTool { .. }
        | Action::Open { .. }
        | Action::Grow { .. }
        | Action::Finish { .. } => None,
    });
    closed.collect()
}

fn status(actions: &[Action]) -> Option<Status> {
    match actions.last()? {
        Action::Finish { status, .. } => Some(status.clone()),
        Action::CallModel(_)
        | Action::RunTool { .. }
        | Action::Open { .. }
        | Action::Grow { .. }
        | Action::Close { .. } => None,
    }
}

#[test]
fn calls_are_shown_last_and_only_when_the_model_is_done() {
    let mut whole = turn();
    assert!(whole.apply(call("a")).is_empty());
    assert_eq!(steps(&whole.apply(text("hello"))), []);
    let end = whole.apply(finish(FinishReason::Stop));
    let names: Vec<String> = steps(&end).iter().map(|step| step.type_name().into_owned()).collect();
    assert_eq!(names, ["model_output", "function_call"]);
    assert_eq!(status(&end), Some(Status::RequiresAction));

    let mut cut = turn();
    cut.apply(call("a"));
    let end = cut.apply(finish(FinishReason::Length));
    assert_eq!((steps(&end), status(&end)), (Vec::new(), Some(Status::Incomplete)));
}

#[test]
fn no_call_gets_an_id_that_the_conversation_has() {
    let mut turn = turn();
    for id in ["used", "new", "new", ""] {
        turn.apply(call(id));
    }
    let ids: Vec<String> = steps(&turn.apply(finish(FinishReason::Stop)))
        .into_iter()
        .filter_map(|step| {
            if let Step::FunctionCall(call) = step {
                Some(call.id)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(ids[1], "new");
    assert!(ids.iter().all(|id| id != "used" && !id.is_empty()), "{ids:?}");
}

#[test]
fn an_answer_that_had_to_be_json_and_is_not_has_failed() {
    for (pieces, ending) in [
        (["{\"n\"", ": 1}"], Status::Completed),
        (["Sure: ", "{}"], Status::Failed),
        (["{\"n\":", " "], Status::Failed),
    ] {
        let mut turn = turn_with(Some(String::new()));
        let mut actions: Vec<Action> = pieces.iter().flat_map(|piece| turn.apply(text(piece))).collect();
        actions.extend(turn.apply(finish(FinishReason::Stop)));
        assert_eq!(status(&actions), Some(ending), "{pieces:?}");
        assert_eq!(steps(&actions).len(), 1, "what was said stays");
    }
}

#[test]
fn nothing_follows_the_end() {
    for end in [
        finish(FinishReason::Stop),
        Occurrence::Cancelled,
        Occurrence::Failed(Error::ShuttingDown),
    ] {
        let mut turn = turn();
        turn.apply(text("hello"));
        let actions = turn.apply(end);
        assert_eq!(steps(&actions).len(), 1);
        assert!(status(&actions).is_some());
        for late in [
            text("more"),
            call("a"),
            finish(FinishReason::Stop),
            Occurrence::Cancelled,
        ] {
            assert!(turn.apply(late).is_empty());
        }
    }
}
