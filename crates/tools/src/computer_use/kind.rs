use antiphon_interaction::{ComputerUseEnvironment, ComputerUseTool, Tool as ToolDeclaration};
use futures::future::BoxFuture;

use super::actions::Environment;
use crate::{OpenError, Opened, Setting, ToolKind};

/// The kind `computer_use`: functions of the client's, predefined for a browser (the default), a phone or a desktop.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComputerUse;

impl ToolKind for ComputerUse {
    fn type_name(&self) -> &'static str {
        "computer_use"
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        Box::pin(std::future::ready(open(declaration, &setting.path)))
    }

    fn forget(&self, _conversation: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn open(declaration: ToolDeclaration, path: &str) -> Result<Opened, OpenError> {
    let at = |field: &str, message: String| OpenError::Invalid {
        path: format!("{path}.{field}"),
        message,
    };
    let ToolDeclaration::ComputerUse(declaration) = declaration else {
        return Err(at("type", "not a `computer_use`".to_owned()));
    };
    let ComputerUseTool {
        environment,
        excluded_predefined_functions,
        disabled_safety_policies,
        enable_prompt_injection_detection,
    } = declaration;
    if disabled_safety_policies.is_some_and(|policies| !policies.is_empty()) {
        let message = "this server enforces no safety policies on actions, so there is none to disable; leave it out";
        return Err(at("disabled_safety_policies", message.to_owned()));
    }
    if enable_prompt_injection_detection == Some(true) {
        let message = "this server does not look for injected prompts in screenshots; leave it out";
        return Err(at("enable_prompt_injection_detection", message.to_owned()));
    }
    let wanted = environment.unwrap_or(ComputerUseEnvironment::Browser);
    let Some(environment) = Environment::of(&wanted) else {
        let message = format!("`{}` is none of `browser`, `mobile`, `desktop`", wanted.as_str());
        return Err(at("environment", message));
    };
    let excluded = excluded_predefined_functions.unwrap_or_default();
    for (index, name) in excluded.iter().enumerate() {
        if !environment.actions().any(|action| action.name == name) {
            let known: Vec<&str> = environment.actions().map(|action| action.name).collect();
            let message = format!("`{name}` is none of the predefined functions: {}", known.join(", "));
            return Err(at(&format!("excluded_predefined_functions[{index}]"), message));
        }
    }
    let actions = environment
        .actions()
        .filter(|action| !excluded.iter().any(|name| name == action.name));
    Ok(Opened {
        tools: Vec::new(),
        functions: actions.map(|action| action.declaration()).collect(),
    })
}
