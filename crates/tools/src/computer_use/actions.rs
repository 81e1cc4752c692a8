use antiphon_interaction::ComputerUseEnvironment;
use antiphon_model_engine::FunctionDeclaration;
use serde_json::{Map, Value, json};

/// Something the client can do with the screen.
pub(super) struct Action {
    pub(super) name: &'static str,
    description: &'static str,
    parameters: &'static [Parameter],
    environments: &'static [Environment],
}

/// Where an action can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    Browser,
    Mobile,
    Desktop,
}

use Environment::{Browser, Desktop, Mobile};

#[derive(Clone, Copy)]
enum Parameter {
    /// A place on the grid of 1000 by 1000 points that covers the screen; needed.
    Coordinate(&'static str),
    /// Needed.
    Text(&'static str, &'static str),
    /// Needed: a list of keys.
    Keys,
    /// Needed: up, down, left, right.
    Direction,
    /// Whether to press Enter after typing; not unless said.
    PressEnter,
    /// A time with the default.
    Seconds(u32),
    /// A distance; 300 unless said.
    Magnitude,
}

const AT: &[Parameter] = &[Parameter::Coordinate("y"), Parameter::Coordinate("x")];
const KEY: &[Parameter] = &[Parameter::Text("key", "The key, such as `Enter` or `a`.")];

impl Environment {
    /// `None` for one that this server does not know.
    pub(super) fn of(environment: &ComputerUseEnvironment) -> Option<Self> {
        match environment {
            ComputerUseEnvironment::Browser => Some(Browser),
            ComputerUseEnvironment::Mobile => Some(Mobile),
            ComputerUseEnvironment::Desktop => Some(Desktop),
            ComputerUseEnvironment::Unknown(_) => None,
        }
    }

    /// What can be done in it.
    pub(super) fn actions(self) -> impl Iterator<Item = &'static Action> {
        ACTIONS.iter().filter(move |action| action.environments.contains(&self))
    }
}

impl Action {
    /// How the model sees it.
    pub(super) fn declaration(&self) -> FunctionDeclaration {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for parameter in self.parameters {
            let (name, schema, needed) = parameter.schema();
            properties.insert(name.to_owned(), schema);
            if needed {
                required.push(name);
            }
        }
        properties.insert(
            "intent".to_owned(),
            json!({ "type": "string", "description": "Why you do this, in a few words." }),
        );
        required.push("intent");
        let parameters = json!({ "type": "object", "properties": properties, "required": required });
        FunctionDeclaration {
            name: self.name.to_owned(),
            description: Some(self.description.to_owned()),
            parameters: Some(parameters.into()),
        }
    }
}

impl Parameter {
    /// The name, the schema, and whether it is needed.
    fn schema(self) -> (&'static str, Value, bool) {
        match self {
            Self::Coordinate(name) => {
                let description = if name.ends_with('x') {
                    "From the left edge of the screen, 0, to the right edge, 999."
                } else {
                    "From the top of the screen, 0, to the bottom, 999."
                };
                let schema = json!({ "type": "integer", "minimum": 0, "maximum": 999, "description": description });
                (name, schema, true)
            }
            Self::Text(name, description) => (name, json!({ "type": "string", "description": description }), true),
            Self::Keys => (
                "keys",
                json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "description": "The keys, such as `Control` and `c`." }),
                true,
            ),
            Self::Direction => (
                "direction",
                json!({ "type": "string", "enum": ["up", "down", "left", "right"] }),
                true,
            ),
            Self::PressEnter => (
                "press_enter",
                json!({ "type": "boolean", "description": "Whether to press Enter afterwards; false unless given." }),
                false,
            ),
            Self::Seconds(default) => (
                "seconds",
                json!({ "type": "integer", "minimum": 0, "description": format!("How long; {default} unless given.") }),
                false,
            ),
            Self::Magnitude => (
                "magnitude_in_pixels",
                json!({ "type": "integer", "minimum": 0, "maximum": 999, "description": "How far; 300 unless given." }),
                false,
            ),
        }
    }
}

const fn action(
    name: &'static str,
    description: &'static str,
    parameters: &'static [Parameter],
    environments: &'static [Environment],
) -> Action {
    Action {
        name,
        description,
        parameters,
        environments,
    }
}

/// The documented actions.
#[rustfmt::skip]
const ACTIONS: &[Action] = &[
    action("open_app", "Opens an app.", &[Parameter::Text("app_name", "The name of the app.")], &[Mobile]),
    action("list_apps", "Lists the apps of the device with their names and package names.", &[], &[Mobile]),
    action("click", "Clicks or taps at a place.", AT, &[Browser, Mobile, Desktop]),
    action("double_click", "Clicks twice at a place.", AT, &[Browser, Desktop]),
    action("triple_click", "Clicks three times at a place.", AT, &[Browser, Desktop]),
    action("middle_click", "Clicks with the middle button at a place.", AT, &[Browser, Desktop]),
    action("right_click", "Clicks with the right button at a place.", AT, &[Browser, Desktop]),
    action("mouse_down", "Presses the mouse button at a place and holds it.", AT, &[Browser, Desktop]),
    action("mouse_up", "Releases the mouse button at a place.", AT, &[Browser, Desktop]),
    action("move", "Moves the pointer to a place.", AT, &[Browser, Desktop]),
    action("long_press", "Presses long at a place.",
        &[Parameter::Coordinate("y"), Parameter::Coordinate("x"), Parameter::Seconds(2)], &[Mobile]),
    action("type", "Types text where the focus is.",
        &[Parameter::Text("text", "The text."), Parameter::PressEnter], &[Browser, Mobile, Desktop]),
    action("drag_and_drop", "Drags what is at one place to another.",
        &[Parameter::Coordinate("start_y"), Parameter::Coordinate("start_x"), Parameter::Coordinate("end_y"), Parameter::Coordinate("end_x")],
        &[Browser, Mobile, Desktop]),
    action("wait", "Waits.", &[Parameter::Seconds(1)], &[Browser, Mobile, Desktop]),
    action("press_key", "Presses a key and releases it.", KEY, &[Browser, Mobile, Desktop]),
    action("key_down", "Presses a key and holds it.", KEY, &[Browser, Desktop]),
    action("key_up", "Releases a key.", KEY, &[Browser, Desktop]),
    action("hotkey", "Presses keys together.", &[Parameter::Keys], &[Browser, Desktop]),
    action("take_screenshot", "Shows the screen.", &[], &[Browser, Mobile, Desktop]),
    action("scroll", "Scrolls at a place.",
        &[Parameter::Coordinate("y"), Parameter::Coordinate("x"), Parameter::Direction, Parameter::Magnitude], &[Browser, Desktop]),
    action("go_back", "Goes back to the page or screen before.", &[], &[Browser, Mobile]),
    action("go_forward", "Goes forward to the next page of the history.", &[], &[Browser]),
    action("navigate", "Opens a page.", &[Parameter::Text("url", "The address of the page.")], &[Browser]),
];
