use antiphon_interaction::InteractionId;
use axum::RequestPartsExt as _;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use crate::error::Error;

/// Longer ones are nobody's; they are cut, so that no message quotes a novel.
const LONGEST_ID: usize = 128;

/// The `{id}` of the path.
pub(crate) struct Id(pub(crate) String);

impl Id {
    pub(crate) fn interaction(&self) -> InteractionId {
        InteractionId::from(self.0.as_str())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Path(id) = parts
            .extract::<Path<String>>()
            .await
            .map_err(|error| Error::Parameter {
                path: "id",
                message: error.body_text(),
            })?;
        let end = id.char_indices().nth(LONGEST_ID).map(|(end, _)| end);
        Ok(Self(match end {
            Some(end) => format!("{}…", &id[..end]),
            None => id,
        }))
    }
}
