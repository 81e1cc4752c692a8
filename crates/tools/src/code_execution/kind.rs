use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antiphon_environments::{EnvironmentId, EnvironmentProvider};
use antiphon_interaction::Tool as ToolDeclaration;
use futures::future::BoxFuture;
use tokio::time::Instant;

use super::settings::{CodeExecutionSettings, CodeLanguage};
use super::tool::{CodeTool, Place};
use crate::{OpenError, Opened, Setting, ToolKind};

/// How long a refusal of the machine is repeated before it is asked again: the attempt costs two sandboxes.
const REFUSAL_HOLDS: Duration = Duration::from_secs(60);

/// The kind `code_execution`.
///
/// A conversation's environment has the conversation's name. It is made by the first call and stays until
/// [`ToolKind::forget`], until the provider sweeps it, or, when the setting is ephemeral, until the tool and its running
/// calls are dropped.
pub struct CodeExecution {
    provider: Arc<dyn EnvironmentProvider>,
    settings: Arc<CodeExecutionSettings>,
    refusal: Arc<Mutex<Option<(Instant, String)>>>,
}

impl CodeExecution {
    /// Programs run in environments of `provider`.
    pub fn new(provider: Arc<dyn EnvironmentProvider>, mut settings: CodeExecutionSettings) -> Self {
        if settings.languages.is_empty() {
            settings.languages.push(CodeLanguage::Python);
        }
        Self {
            provider,
            settings: Arc::new(settings),
            refusal: Arc::default(),
        }
    }
}

impl ToolKind for CodeExecution {
    fn type_name(&self) -> &'static str {
        "code_execution"
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let (provider, settings) = (Arc::clone(&self.provider), Arc::clone(&self.settings));
        let refusal = Arc::clone(&self.refusal);
        Box::pin(async move {
            let invalid = |path: &str, message: &str| OpenError::Invalid {
                path: path.to_owned(),
                message: message.to_owned(),
            };
            if !matches!(declaration, ToolDeclaration::CodeExecution(_)) {
                return Err(invalid(&setting.path, "it is not declared as `code_execution`"));
            }
            let id = EnvironmentId::new(setting.conversation)
                .map_err(|error| invalid(&setting.path, &format!("the conversation cannot be kept: {error}")))?;
            ready(&*provider, &settings, &refusal)
                .await
                .map_err(|message| OpenError::Unavailable {
                    path: setting.path,
                    message,
                })?;
            let place = Place::new(provider, id, setting.ephemeral);
            Ok(Opened {
                tools: vec![Arc::new(CodeTool::new(settings, place))],
                functions: Vec::new(),
            })
        })
    }

    fn forget(&self, conversation: String) -> BoxFuture<'static, ()> {
        let provider = Arc::clone(&self.provider);
        Box::pin(async move {
            let forgotten = match EnvironmentId::new(conversation) {
                Ok(id) => provider.delete(id).await,
                // No environment was ever made for it.
                Err(_) => Ok(()),
            };
            if let Err(error) = forgotten {
                tracing::warn!(%error, "the files of a deleted conversation may be left");
            }
        })
    }
}

/// Whether there is a sandbox; if not, why, and what to do.
async fn ready(
    provider: &dyn EnvironmentProvider,
    settings: &CodeExecutionSettings,
    refusal: &Mutex<Option<(Instant, String)>>,
) -> Result<(), String> {
    let last = refusal.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((when, message)) = last
        && when.elapsed() < REFUSAL_HOLDS
    {
        return Err(message);
    }
    let found = provider
        .ready(&settings.policy)
        .await
        .map_err(|error| format!("code cannot be run here: {error}"));
    *refusal.lock().unwrap_or_else(PoisonError::into_inner) =
        found.as_ref().err().map(|message| (Instant::now(), message.clone()));
    found
}
