//! Decodes that are longer than one call of a model.
//!
//! An answer that reaches the limit of one call, but not the request's own, goes on: in the background by a further
//! call, in the foreground by a further request, for which the client gets a token.

use antiphon_interaction::{Input, InteractionId, Step};
use antiphon_store::ProjectId;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::seal::Sealer;

const PATH: &str = "continuation_token";

/// What a token says; sealed, so that a client can neither read nor make one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Continuation {
    /// The interaction that issued it.
    issuer: InteractionId,
    /// How many tokens are left of what the request allows.
    pub(crate) tokens_left: u64,
    /// The prompt of the first call.
    pub(crate) initial_input_tokens: u64,
    /// What an interaction that is not stored has said so far, over all its requests.
    unstored: Option<Unstored>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Unstored {
    /// The hash of the input, which is sent again.
    input: String,
    said: Vec<Step>,
}

/// What a turn needs to issue a token.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    pub(crate) id: InteractionId,
    /// Of an interaction that is not stored: the hash of its input, and what it had said before this request.
    pub(crate) unstored: Option<(String, Vec<Step>)>,
}

impl Issuer {
    /// The token for going on; `said` is what this request has added.
    pub(crate) fn token(
        &self,
        sealer: &Sealer,
        project: &ProjectId,
        tokens_left: u64,
        initial_input_tokens: u64,
        said: &[Step],
    ) -> String {
        let unstored = self.unstored.clone().map(|(input, mut before)| {
            before.extend_from_slice(said);
            Unstored { input, said: before }
        });
        let continuation = Continuation {
            issuer: self.id.clone(),
            tokens_left,
            initial_input_tokens,
            unstored,
        };
        let text = serde_json::to_string(&continuation).unwrap_or_default();
        sealer.seal_text("continuation/1", project, &text)
    }
}

impl Continuation {
    /// Reads the token of a request that goes on after `previous`, or repeats `input` when nothing is stored.
    pub(crate) fn read(
        token: &str,
        sealer: &Sealer,
        project: &ProjectId,
        previous: Option<&InteractionId>,
        input: Option<&Input>,
    ) -> Result<Self, Error> {
        let unknown = || Error::invalid(PATH, "this server did not issue this token to this project");
        let text = sealer.open_text("continuation/1", project, token).ok_or_else(unknown)?;
        let continuation: Self = serde_json::from_str(&text).map_err(|_| unknown())?;
        match &continuation.unstored {
            None => {
                if previous != Some(&continuation.issuer) {
                    let message = format!(
                        "belongs to the interaction `{}`; send that as `previous_interaction_id`",
                        continuation.issuer
                    );
                    return Err(Error::invalid(PATH, message));
                }
                if input.is_some() {
                    return Err(Error::invalid("input", "is left out beside a `continuation_token`"));
                }
            }
            Some(unstored) => {
                if input.map(hash) != Some(unstored.input.clone()) {
                    return Err(Error::invalid(
                        "input",
                        "must be the input of the request that gave the `continuation_token`, because that was not stored",
                    ));
                }
            }
        }
        Ok(continuation)
    }

    /// What an interaction that is not stored has said so far.
    pub(crate) fn said(&self) -> &[Step] {
        self.unstored.as_ref().map_or(&[], |unstored| &unstored.said)
    }
}

/// Tells inputs apart.
pub(crate) fn hash(input: &Input) -> String {
    let mut value = serde_json::to_value(input).unwrap_or_default();
    value.sort_all_objects();
    STANDARD.encode(digest(&SHA256, value.to_string().as_bytes()))
}
