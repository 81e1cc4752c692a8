//! A signal to stop, and what goes on after the next start.

use antiphon_client::EventStream;
use antiphon_interaction::{ErrorCode, InteractionEvent, Status, Step, StepDelta};
use antiphon_testkit::{FakeUpstream, Gate, Script};

use crate::antiphon::Machine;
use crate::database::in_background;

async fn rest(stream: &mut EventStream) -> Vec<InteractionEvent> {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    events
}

/// What a client that folds by index has at the end.
fn said(events: &[InteractionEvent]) -> String {
    let mut steps: Vec<String> = Vec::new();
    for event in events {
        match event {
            InteractionEvent::StepStart(start) => {
                let index = start.index as usize;
                assert!(index <= steps.len(), "a step is missing: {events:?}");
                steps.truncate(index);
                let text = match &start.step {
                    Step::ModelOutput(output) => {
                        output.content.iter().filter_map(|content| content.as_text()).collect()
                    }
                    other => panic!("{other:?}"),
                };
                steps.push(text);
            }
            InteractionEvent::StepDelta(delta) => {
                let StepDelta::Text(text) = &delta.delta else {
                    panic!("{delta:?}")
                };
                steps[delta.index as usize].push_str(&text.text);
            }
            _ => {}
        }
    }
    steps.concat()
}

#[tokio::test]
async fn a_background_stream_is_told_to_resume_and_goes_on_without_a_gap_after_the_next_start() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    let gate = Gate::new();
    upstream.push(Script::reply("half of it").gate(&gate).text("never said"));
    upstream.push(Script::reply("the whole answer"));
    let url = upstream.url();
    let arguments = ["--upstream", url.as_str(), "--grace-seconds", "0"];
    let server = machine.serve(&arguments).await;
    let mut request = in_background("a question");
    request.stream = Some(true);
    let mut stream = server.client().stream(&request).await.unwrap();
    gate.reached().await;
    // The delta before the gate has been committed, and shown, before the signal comes.
    let mut seen = Vec::new();
    while said(&seen) != "half of it" {
        seen.push(stream.next().await.unwrap().unwrap());
    }
    server.terminate().await;
    seen.extend(rest(&mut stream).await);
    let Some(InteractionEvent::Error(error)) = seen.pop() else {
        panic!("{seen:?}")
    };
    assert_eq!(error.error.code, ErrorCode::ServiceUnavailable, "{error:?}");
    assert!(!seen.iter().any(|event| matches!(event, InteractionEvent::Completed(_))));
    let Some(InteractionEvent::Created(created)) = seen.first() else {
        panic!("{seen:?}")
    };
    let id = created.interaction.id.clone();
    assert!(server.ended().await.success());

    let server = machine.serve(&arguments).await;
    let mut resumed = server.client().stream_from(&id, stream.last_event_id()).await.unwrap();
    let after = rest(&mut resumed).await;
    assert!(!after.iter().any(|event| matches!(event, InteractionEvent::Created(_))));
    seen.extend(after);
    assert_eq!(said(&seen), "the whole answer");
    let Some(InteractionEvent::Completed(ended)) = seen.last() else {
        panic!("{seen:?}")
    };
    assert_eq!(ended.interaction.status, Status::Completed);
}
