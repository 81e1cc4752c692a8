//! Everything that is checked before a run begins.

use std::collections::HashSet;

use antiphon_interaction::{CreateInteraction, InteractionId, ServiceTier, Settings, Status, Step, ThinkingSummaries};
use antiphon_model_engine::{Message, ModelRequest, ModelStream, OutputFormat, Sampling};
use antiphon_store::{Conversation, Head, ProjectId, Record};

use crate::entropy::interaction_id;
use crate::history::Renderer;
use crate::input::PlacedSteps;
use crate::{Error, TurnEngine, rules};

/// A request, checked and ready for its model.
pub(crate) struct Prepared {
    pub(crate) record: Record,
    pub(crate) input: Vec<Step>,
    pub(crate) model: ModelStream,
    pub(crate) summaries: bool,
    pub(crate) text_only: bool,
    pub(crate) json_answer: Option<String>,
    pub(crate) call_ids: HashSet<String>,
    pub(crate) callable: HashSet<String>,
}

impl TurnEngine {
    /// Checks the request against everything that is known, and starts nothing.
    pub(crate) async fn prepare(&self, project: &ProjectId, request: CreateInteraction) -> Result<Prepared, Error> {
        rules::check(&request)?;
        let shared = &self.shared;
        if shared.registry.is_empty() {
            return Err(Error::NoModel);
        }
        let functions = rules::functions(&request)?;
        let name = request.model.clone().unwrap_or_default();
        let output_format = rules::output_format(&name, &request)?;
        let tool_selection = rules::tool_selection(&request, &functions, &output_format)?;
        let resolved = shared.registry.resolve(&name).await?;
        let capabilities = &resolved.info.capabilities;
        if !functions.is_empty() && !capabilities.function_calling {
            return Err(Error::invalid(
                "tools",
                format!("the model `{name}` does not call functions; use a model that does"),
            ));
        }

        let mut renderer = Renderer::new(project, &shared.sealer, &name, capabilities);
        if let Some(parent) = &request.previous_interaction_id {
            for turn in self.conversation(project, parent).await? {
                renderer.stored(&turn.input)?;
                renderer.stored(&turn.output)?;
            }
        }
        let Some(input) = request.input else {
            return Err(Error::invalid("input", "is missing; say what the model is to answer"));
        };
        let input = PlacedSteps::from(input);
        renderer.input(&input)?;
        let (messages, call_ids) = renderer.finish()?;
        let json_answer = (output_format != OutputFormat::Text).then(String::new);
        let text_only = messages.iter().all(Message::is_text);

        let config = request.generation_config.clone().unwrap_or_default();
        let callable = rules::callable(&functions, &tool_selection);
        let model_request = ModelRequest {
            model: resolved.info.name.clone(),
            system_instruction: request.system_instruction.clone(),
            messages,
            functions,
            tool_selection,
            output_format,
            sampling: Sampling {
                temperature: config.temperature,
                top_p: config.top_p,
                seed: config.seed,
                stop_sequences: config.stop_sequences.clone().unwrap_or_default(),
                max_output_tokens: config.max_output_tokens,
            },
            thinking_level: config.thinking_level.clone(),
        };
        let now = shared.clock.now();
        let head = Head {
            model: Some(name),
            agent: None,
            // There is one tier here, whatever was asked for.
            service_tier: Some(ServiceTier::Standard),
            settings: Settings {
                system_instruction: request.system_instruction,
                tools: request.tools,
                generation_config: request.generation_config,
                agent_config: None,
                response_format: request.response_format,
                labels: request.labels,
                environment: None,
                safety_settings: request.safety_settings,
                webhook_config: None,
            },
            usage: None,
            errors: None,
            continuation_token: None,
        };
        let record = Record {
            id: interaction_id(shared.entropy.as_ref()),
            project: project.clone(),
            parent: request.previous_interaction_id,
            background: request.background == Some(true),
            status: Status::InProgress,
            created: now,
            updated: now,
            head,
        };
        Ok(Prepared {
            record,
            input: input.into_steps(),
            model: resolved.engine.generate(model_request),
            summaries: config.thinking_summaries == Some(ThinkingSummaries::Auto),
            call_ids,
            text_only,
            json_answer,
            callable,
        })
    }

    async fn conversation(
        &self,
        project: &ProjectId,
        leaf: &InteractionId,
    ) -> Result<Vec<antiphon_store::Turn>, Error> {
        let path = "previous_interaction_id";
        let running = |id: &InteractionId| Error::Precondition {
            message: format!("{path}: the interaction `{id}` is still in progress; wait until it has ended"),
        };
        if let Some(run) = self.shared.live.get(project, leaf)
            && !run.log.record().status.is_terminal()
        {
            return Err(running(leaf));
        }
        match self.shared.store.conversation(project.clone(), leaf.clone()).await? {
            Conversation::NotFound => Err(Error::NotFound { path, id: leaf.clone() }),
            Conversation::Erased(ancestor) => Err(Error::Erased { ancestor }),
            Conversation::Turns(turns) => match turns.last() {
                Some(last) if !last.status.is_terminal() && self.shared.live.get(project, leaf).is_some() => {
                    Err(running(leaf))
                }
                Some(last) if !last.status.is_terminal() => {
                    self.end_orphan(project.clone(), leaf.clone()).await?;
                    Box::pin(self.conversation(project, leaf)).await
                }
                _ => Ok(turns),
            },
        }
    }
}
