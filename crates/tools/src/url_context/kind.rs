use std::sync::Arc;

use antiphon_interaction::Tool as ToolDeclaration;
use antiphon_outbound::Outbound;
use futures::future::BoxFuture;

use super::extraction::Extraction;
use super::page::Reader;
use super::settings::UrlContextSettings;
use super::tool::UrlTool;
use crate::{OpenError, Opened, Setting, ToolKind};

/// The kind `url_context`. It keeps nothing for a conversation.
pub struct UrlContext {
    outbound: Outbound,
    settings: Arc<UrlContextSettings>,
    extraction: Extraction,
}

impl UrlContext {
    /// Pages are fetched through `outbound`, whose rules say what may be reached and how long a request may take.
    pub fn new(outbound: Outbound, settings: UrlContextSettings) -> Self {
        Self {
            outbound,
            settings: Arc::new(settings),
            extraction: Extraction::new(),
        }
    }
}

impl ToolKind for UrlContext {
    fn type_name(&self) -> &'static str {
        "url_context"
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let settings = Arc::clone(&self.settings);
        let reader = Reader::new(
            self.outbound.clone(),
            Arc::clone(&self.settings),
            self.extraction.clone(),
        );
        Box::pin(async move {
            if !matches!(declaration, ToolDeclaration::UrlContext(_)) {
                return Err(OpenError::Invalid {
                    path: setting.path,
                    message: "it is not declared as `url_context`".to_owned(),
                });
            }
            Ok(Opened {
                tools: vec![Arc::new(UrlTool::new(settings, reader))],
                functions: Vec::new(),
            })
        })
    }

    fn forget(&self, _conversation: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}
