//! What of an interaction is encrypted, and in which shape it is stored.
//!
//! Where a step, a delta or a tool stands, one of an unknown type with the ciphertext stands after encryption; in the place
//! of JSON that a store does not look into, a string.

use antiphon_interaction::{ApiError, InteractionId, Json, Settings, Step, StepDelta, Tool};
use antiphon_store::{Error, Head, OpenEntry, OpenEvent, ProjectId, StoredStep};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::keys::Keys;
use crate::seal::Scope;

const OBJECT: (&str, &str) = ("{\"antiphon-sealed\":\"", "\"}");
const TEXT: (&str, &str) = ("\"antiphon-sealed:", "\"");

const INPUT: &[u8] = b"input";
const STEP: &[u8] = b"step";
const OPEN: &[u8] = b"open";
const HEAD: &[u8] = b"head";
/// A step's index and how many bytes of marks there are come before both.
const WORD: usize = 4;

/// What of a head is encrypted.
#[derive(Serialize, Deserialize)]
struct Hidden {
    settings: Settings,
    errors: Option<Vec<ApiError>>,
    continuation_token: Option<String>,
}

/// The scope of an interaction.
pub fn interaction<'a>(keys: &'a Keys, project: &ProjectId, id: &InteractionId) -> Scope<'a> {
    Scope::new(keys, &["interaction", project.as_str(), id.as_str()])
}

/// Encrypts an input, as one.
pub fn seal_input(scope: &mut Scope<'_>, input: &mut Vec<Step>) -> Result<(), Error> {
    let plain = to_json(scope, input)?;
    *input = vec![Step::Unknown(sealed_object(scope, &[INPUT], plain)?)];
    Ok(())
}

/// Decrypts an input, if it is encrypted.
pub fn open_input(scope: &mut Scope<'_>, input: &mut Vec<Step>) -> Result<(), Error> {
    if let [Step::Unknown(raw)] = input.as_slice()
        && let Some(sealed) = inside(raw.text(), OBJECT)
    {
        let plain = scope.open(&[INPUT], sealed)?;
        *input = from_json(scope, &plain)?;
    }
    Ok(())
}

/// Encrypts a step with its marks.
pub fn seal_step(scope: &mut Scope<'_>, stored: &mut StoredStep) -> Result<(), Error> {
    let mut plain = stored.index.to_le_bytes().to_vec();
    let marks = u32::try_from(stored.marks.len()).map_err(|_| scope.damaged("has too many marks"))?;
    plain.extend_from_slice(&marks.to_le_bytes());
    plain.append(&mut stored.marks);
    plain.append(&mut to_json(scope, &stored.step)?);
    stored.step = Step::Unknown(sealed_object(scope, &[STEP], plain)?);
    Ok(())
}

/// Decrypts a step with its marks, if it is encrypted.
pub fn open_step(scope: &mut Scope<'_>, stored: &mut StoredStep) -> Result<(), Error> {
    if let Some((index, marks, step)) = opened_step(scope, &stored.step)? {
        if index != stored.index {
            return Err(misplaced(scope));
        }
        (stored.marks, stored.step) = (marks, step);
    }
    Ok(())
}

/// Decrypts what came of a turn, whose steps are told without their index: each must lie behind the one before.
pub fn open_output(scope: &mut Scope<'_>, output: &mut [Step]) -> Result<(), Error> {
    let mut next = 0;
    for stored in output {
        if let Some((index, _, step)) = opened_step(scope, stored)? {
            if index < next {
                return Err(misplaced(scope));
            }
            next = index.saturating_add(1);
            *stored = step;
        }
    }
    Ok(())
}

fn opened_step(scope: &mut Scope<'_>, step: &Step) -> Result<Option<(u32, Vec<u8>, Step)>, Error> {
    let Step::Unknown(raw) = step else { return Ok(None) };
    let Some(sealed) = inside(raw.text(), OBJECT) else {
        return Ok(None);
    };
    let plain = scope.open(&[STEP], sealed)?;
    let parts = plain.split_first_chunk::<WORD>().and_then(|(index, rest)| {
        let (length, rest) = rest.split_first_chunk::<WORD>()?;
        let (marks, json) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((u32::from_le_bytes(*index), marks.to_vec(), json))
    });
    match parts {
        Some((index, marks, json)) => Ok(Some((index, marks, from_json(scope, json)?))),
        None => Err(scope.damaged("is shorter than it says")),
    }
}

/// Encrypts an entry of the open step.
pub fn seal_entry(scope: &mut Scope<'_>, entry: &mut OpenEntry) -> Result<(), Error> {
    let place = place_of(entry);
    match &mut entry.event {
        OpenEvent::Start(step) => {
            let plain = to_json(scope, step)?;
            *step = Step::Unknown(sealed_object(scope, &[OPEN, b"start", &place], plain)?);
        }
        OpenEvent::Delta(delta) => {
            let plain = to_json(scope, delta)?;
            *delta = StepDelta::Unknown(sealed_object(scope, &[OPEN, b"delta", &place], plain)?);
        }
    }
    Ok(())
}

/// Decrypts an entry of the open step, if it is encrypted.
pub fn open_entry(scope: &mut Scope<'_>, entry: &mut OpenEntry) -> Result<(), Error> {
    let place = place_of(entry);
    match &mut entry.event {
        OpenEvent::Start(step) => {
            if let Step::Unknown(raw) = &*step
                && let Some(sealed) = inside(raw.text(), OBJECT)
            {
                let plain = scope.open(&[OPEN, b"start", &place], sealed)?;
                *step = from_json(scope, &plain)?;
            }
        }
        OpenEvent::Delta(delta) => {
            if let StepDelta::Unknown(raw) = &*delta
                && let Some(sealed) = inside(raw.text(), OBJECT)
            {
                let plain = scope.open(&[OPEN, b"delta", &place], sealed)?;
                *delta = from_json(scope, &plain)?;
            }
        }
    }
    Ok(())
}

fn place_of(entry: &OpenEntry) -> Vec<u8> {
    [entry.index, entry.attempt, entry.ordinal]
        .map(u32::to_le_bytes)
        .concat()
}

/// Encrypts a head, all but the models, the tier and the tokens.
pub fn seal_head(scope: &mut Scope<'_>, head: &mut Head) -> Result<(), Error> {
    let hidden = Hidden {
        settings: std::mem::take(&mut head.settings),
        errors: head.errors.take(),
        continuation_token: head.continuation_token.take(),
    };
    let plain = to_json(scope, &hidden)?;
    head.settings.tools = Some(vec![Tool::Unknown(sealed_object(scope, &[HEAD], plain)?)]);
    Ok(())
}

/// Decrypts a head, if it is encrypted.
pub fn open_head(scope: &mut Scope<'_>, head: &mut Head) -> Result<(), Error> {
    if let Some([Tool::Unknown(raw)]) = head.settings.tools.as_deref()
        && let Some(sealed) = inside(raw.text(), OBJECT)
    {
        let plain = scope.open(&[HEAD], sealed)?;
        let hidden: Hidden = from_json(scope, &plain)?;
        head.settings = hidden.settings;
        head.errors = hidden.errors;
        head.continuation_token = hidden.continuation_token;
    }
    Ok(())
}

/// Encrypts JSON that a store does not look into.
pub fn seal_text(scope: &mut Scope<'_>, place: &[u8], text: &mut String) -> Result<(), Error> {
    let plain = std::mem::take(text).into_bytes();
    *text = framed(TEXT, &scope.seal(&[place], plain)?);
    Ok(())
}

/// Decrypts it, if it is encrypted.
pub fn open_text(scope: &mut Scope<'_>, place: &[u8], text: &mut String) -> Result<(), Error> {
    if let Some(sealed) = inside(text, TEXT) {
        let plain = scope.open(&[place], sealed)?;
        *text = String::from_utf8(plain).map_err(|_| scope.damaged("is no text"))?;
    }
    Ok(())
}

fn sealed_object(scope: &mut Scope<'_>, place: &[&[u8]], plain: Vec<u8>) -> Result<Json, Error> {
    let sealed = scope.seal(place, plain)?;
    Json::parse(framed(OBJECT, &sealed)).map_err(|error| scope.damaged(&error.to_string()))
}

fn framed((start, end): (&str, &str), sealed: &str) -> String {
    format!("{start}{sealed}{end}")
}

fn inside<'a>(text: &'a str, (start, end): (&str, &str)) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(end)
}

fn misplaced(scope: &Scope<'_>) -> Error {
    scope.damaged("was put in another's place after it had been encrypted")
}

fn to_json<T: Serialize + ?Sized>(scope: &Scope<'_>, value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| scope.damaged(&format!("cannot be written: {error}")))
}

fn from_json<T: DeserializeOwned>(scope: &Scope<'_>, json: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|error| scope.damaged(&format!("is not what this build writes: {error}")))
}
