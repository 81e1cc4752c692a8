//! Everything that is checked before a run begins.

use std::collections::HashSet;
use std::sync::Arc;

use antiphon_interaction::{
    CreateInteraction, Input, InputItem, InteractionId, ServiceTier, Settings, Status, Step, ThinkingSummaries, Tool,
};
use antiphon_model_engine::{ModelEngine, ModelRequest, Sampling};
use antiphon_store::{Conversation, Head, ProjectId, Record, Stored};
use antiphon_tools::Setting;
use aws_lc_rs::digest::{SHA256, digest};

use crate::continuation::{Continuation, Issuer};
use crate::entropy::interaction_id;
use crate::history::{Rendered, Renderer};
use crate::input::PlacedSteps;
use crate::job::RunPayload;
use crate::toolset::{OpenedTools, ToolSet};
use crate::turn::{Budget, Done};
use crate::{Error, TurnEngine, continuation, rules, toolset};

/// A request, checked and ready for its model.
pub(crate) struct Prepared {
    pub(crate) record: Record,
    pub(crate) input: Vec<Step>,
    pub(crate) engine: Arc<dyn ModelEngine>,
    pub(crate) request: ModelRequest,
    pub(crate) tools: ToolSet,
    pub(crate) summaries: bool,
    pub(crate) takes_images: bool,
    pub(crate) call_ids: HashSet<String>,
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) callable: HashSet<String>,
    pub(crate) budget: Budget,
    pub(crate) issuer: Issuer,
    /// Of a background run: the request without its input, for whoever goes on with it after a crash.
    pub(crate) payload: Option<RunPayload>,
    /// What the run has done before, if it is not new.
    pub(crate) done: Option<Done>,
}

/// What is to be run.
enum Origin {
    /// A request that has just come.
    New,
    /// A run that was begun before; these are the steps it has finished.
    Begun { record: Box<Record>, steps: Vec<Step> },
}

impl TurnEngine {
    /// Checks the request against everything that is known, and starts nothing.
    pub(crate) async fn prepare(&self, project: &ProjectId, mut request: CreateInteraction) -> Result<Prepared, Error> {
        let input = request.input.take();
        self.prepare_origin(project, request, input, Origin::New).await
    }

    /// Prepares a background run that was begun before, to go on from its last finished step.
    pub(crate) async fn prepare_again(&self, stored: Stored, payload: RunPayload) -> Result<Prepared, Error> {
        let Stored {
            record, input, steps, ..
        } = stored;
        let project = record.project.clone();
        let input = Input::Many(input.into_iter().map(InputItem::Step).collect());
        let origin = Origin::Begun {
            record: Box::new(record),
            steps: steps.into_iter().map(|stored| stored.step).collect(),
        };
        self.prepare_origin(&project, payload.request, Some(input), origin)
            .await
    }

    async fn prepare_origin(
        &self,
        project: &ProjectId,
        request: CreateInteraction,
        input: Option<Input>,
        origin: Origin,
    ) -> Result<Prepared, Error> {
        rules::check(&request)?;
        let shared = &self.shared;
        if let Some(config) = &request.webhook_config {
            let refused = |(path, message)| Error::Invalid { path, message };
            shared.outbox.check(config).map_err(refused)?;
        }
        if shared.registry.is_empty() {
            return Err(Error::NoModel);
        }
        let mut declared = rules::declared(&request)?;
        let name = request.model.clone().unwrap_or_default();
        let output_format = rules::output_format(&name, &request)?;
        let resolved = shared.registry.resolve(&name).await?;
        let capabilities = &resolved.info.capabilities;
        if request.tools.iter().flatten().next().is_some() && !capabilities.function_calling {
            return Err(Error::invalid(
                "tools",
                format!("the model `{name}` does not call functions; use a model that does"),
            ));
        }

        let screen = |tool: &Tool| matches!(tool, Tool::ComputerUse(_));
        if let Some(index) = request.tools.iter().flatten().position(screen)
            && !capabilities.image_input
        {
            return Err(Error::invalid(
                format!("tools[{index}].type"),
                format!(
                    "`computer_use` answers with screenshots, and the model `{name}` does not take `image` content; use a model that does (`GET /v1/models` lists what each takes)"
                ),
            ));
        }

        let id = match &origin {
            Origin::New => interaction_id(shared.entropy.as_ref()),
            Origin::Begun { record, .. } => record.id.clone(),
        };
        let mut root = id.clone();
        let mut renderer = Renderer::new(project, &shared.sealer, &name, capabilities);
        renderer.client_searches_with(rules::client_search(&declared));
        if let Some(parent) = &request.previous_interaction_id {
            let turns = self.conversation(project, parent).await?;
            if let Some(first) = turns.first() {
                root = first.id.clone();
            }
            for turn in turns {
                renderer.stored(&turn.input)?;
                renderer.stored(&turn.output)?;
            }
        }
        let background = request.background == Some(true);
        let stored = request.store != Some(false);
        let continuation = match &request.continuation_token {
            Some(token) => {
                let (previous, input) = (request.previous_interaction_id.as_ref(), input.as_ref());
                Some(Continuation::read(token, &shared.sealer, project, previous, input)?)
            }
            None => None,
        };
        let said = continuation
            .as_ref()
            .map_or_else(Vec::new, |continuation| continuation.said().to_vec());
        let issuer = Issuer {
            id: id.clone(),
            unstored: (!stored).then(|| (input.as_ref().map(continuation::hash).unwrap_or_default(), said.clone())),
        };
        let input = match (input, &continuation) {
            (Some(input), _) => PlacedSteps::from(input),
            (None, Some(_)) => PlacedSteps::default(),
            (None, None) => return Err(Error::invalid("input", "is missing; say what the model is to answer")),
        };
        renderer.input(&input)?;
        renderer.stored(&said)?;
        let (rendered, done) = match &origin {
            Origin::New => (renderer.finish(continuation.is_some())?, None),
            Origin::Begun { record, steps } => {
                renderer.stored(steps)?;
                let (rendered, waiting) = renderer.finish_begun()?;
                (rendered, Some(Done::new(steps, waiting, record.head.usage.as_ref())))
            }
        };
        let Rendered {
            messages,
            call_ids,
            sources,
            found,
        } = rendered;
        let found = rules::reveal(&mut declared, found);
        let setting = Setting {
            project: project.to_string(),
            conversation: conversation_name(project, &root),
            ephemeral: !stored && request.previous_interaction_id.is_none(),
            path: String::new(),
            deferred: declared.deferred.clone().into(),
        };
        let mut opened = toolset::open(&shared.tools, &declared.server, declared.functions, &setting).await?;
        opened.reveal(found);
        let tool_selection = rules::tool_selection(&request, &opened, &declared.deferred, &output_format)?;
        let OpenedTools { set: tools, functions } = opened;

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
        let spent = done.as_ref().map_or(0, Done::tokens);
        let budget = Budget {
            left: continuation
                .as_ref()
                .map(|continuation| continuation.tokens_left)
                .or(config.max_output_tokens)
                .map(|left| left.saturating_sub(spent)),
            call: shared.limits.call_tokens,
            chains: background,
            initial_input_tokens: continuation
                .as_ref()
                .map(|continuation| continuation.initial_input_tokens),
        };
        let payload = background.then(|| RunPayload {
            request: request.clone(),
            put_off: 0,
        });
        let record = match origin {
            Origin::New => self.new_record(project, id, name, request),
            Origin::Begun { record, .. } => *record,
        };
        Ok(Prepared {
            record,
            input: input.into_steps(),
            engine: resolved.engine,
            request: model_request,
            tools,
            summaries: config.thinking_summaries == Some(ThinkingSummaries::Auto),
            takes_images: resolved.info.capabilities.image_input,
            call_ids,
            sources,
            callable,
            budget,
            issuer,
            payload,
            done,
        })
    }

    fn new_record(&self, project: &ProjectId, id: InteractionId, name: String, request: CreateInteraction) -> Record {
        let background = request.background == Some(true);
        let now = self.shared.clock.now();
        let head = Head {
            model: Some(name),
            agent: None,
            // There is one tier here, whatever was asked for.
            service_tier: Some(ServiceTier::Standard),
            settings: Settings {
                system_instruction: request.system_instruction,
                tools: request.tools.map(shown_tools),
                generation_config: request.generation_config,
                agent_config: None,
                response_format: request.response_format,
                labels: request.labels,
                environment: None,
                safety_settings: request.safety_settings,
                webhook_config: request.webhook_config,
            },
            usage: None,
            errors: None,
            continuation_token: None,
        };
        Record {
            id,
            project: project.clone(),
            parent: request.previous_interaction_id,
            background,
            owner: self.worker_id().filter(|_| !background),
            status: Status::InProgress,
            created: now,
            updated: now,
            head,
        }
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
                Some(last) if !last.status.is_terminal() => {
                    let stored = self.shared.store.read(project.clone(), leaf.clone()).await?;
                    let is_live = self.shared.live.get(project, leaf).is_some();
                    if is_live || !stored.is_some_and(|stored| self.was_ours(&stored.record)) {
                        return Err(running(leaf));
                    }
                    self.end_orphan(project.clone(), leaf.clone()).await?;
                    Box::pin(self.conversation(project, leaf)).await
                }
                _ => Ok(turns),
            },
        }
    }
}

/// What tools know a conversation by: a name for its first turn that says nothing about it.
pub(crate) fn conversation_name(project: &ProjectId, root: &InteractionId) -> String {
    let text = format!("{project}\n{root}");
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref()[..20].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tools as they are shown and stored with the interaction: without the values of headers, which may be credentials.
fn shown_tools(mut tools: Vec<Tool>) -> Vec<Tool> {
    for tool in &mut tools {
        if let Tool::McpServer(server) = tool {
            let headers = server.headers.iter_mut().flat_map(|headers| headers.values_mut());
            headers.for_each(|value| "hidden".clone_into(value));
        }
    }
    tools
}
