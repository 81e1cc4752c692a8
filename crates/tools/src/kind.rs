use std::sync::Arc;

use antiphon_interaction::Tool as ToolDeclaration;
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;

use crate::Tool;

/// Makes tools of what a request declares.
///
/// Contract for implementers: [`ToolKind::open`] checks the declaration and answers soon; what takes long or may fail for a
/// while belongs into [`Tool::run`], but for what the model must know before it begins (an MCP server's tools).
pub trait ToolKind: Send + Sync {
    /// The `type` of the declarations it takes.
    fn type_name(&self) -> &'static str;

    /// Whether it is set up; one that is not refuses its declarations and says how to set it up.
    fn is_set_up(&self) -> bool {
        true
    }

    /// Makes the tools of one declaration.
    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>>;

    /// A conversation is gone for good: removes what was kept for it.
    fn forget(&self, conversation: String) -> BoxFuture<'static, ()>;
}

/// Where a tool is used.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The project, as text.
    pub project: String,
    /// Names the conversation for ever: 1 to 64 ASCII letters, digits, `-` and `_`, unique over all projects. What a tool
    /// keeps between calls it keeps under this name.
    pub conversation: String,
    /// Whether the conversation ends with this turn, so that nothing needs to be kept.
    pub ephemeral: bool,
    /// Where the declaration stands in the request, such as `tools[0]`.
    pub path: String,
    /// The functions that the request declares with `defer_loading`, with the short description that a search sees.
    pub deferred: Arc<[(FunctionDeclaration, Option<String>)]>,
}

/// What a declaration gives.
#[derive(Default, Clone)]
pub struct Opened {
    /// Tools that the server runs.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Functions that the client runs.
    pub functions: Vec<FunctionDeclaration>,
}

/// Why a declaration gives no tools.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The declaration is wrong, or the server has no such tool.
    #[error("{path}: {message}")]
    Invalid {
        /// The field.
        path: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// What the declaration names is not there, or does not take what it is sent: the same again is in vain.
    #[error("{path}: {message}")]
    Unusable {
        /// The field.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// The tool cannot be used now.
    #[error("{path}: {message}")]
    Unavailable {
        /// The field.
        path: String,
        /// Why, and what to do.
        message: String,
    },
}

/// All the kinds of tools that a server has. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tools {
    kinds: Arc<[Arc<dyn ToolKind>]>,
}

impl Tools {
    /// A server with these kinds; of two with the same type the first counts.
    pub fn new(kinds: impl IntoIterator<Item = Arc<dyn ToolKind>>) -> Self {
        Self {
            kinds: kinds.into_iter().collect(),
        }
    }

    /// The kind that takes declarations of this `type`.
    pub fn kind(&self, type_name: &str) -> Option<&Arc<dyn ToolKind>> {
        self.kinds.iter().find(|kind| kind.type_name() == type_name)
    }

    /// The types of those that are set up.
    pub fn type_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let set_up = self.kinds.iter().filter(|kind| kind.is_set_up());
        set_up.map(|kind| kind.type_name())
    }

    /// Removes what was kept for a conversation, in every kind.
    pub async fn forget(&self, conversation: &str) {
        for kind in self.kinds.iter() {
            kind.forget(conversation.to_owned()).await;
        }
    }
}
