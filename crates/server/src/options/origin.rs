use std::fmt;
use std::str::FromStr;

use url::Url;

const WRONG: &str =
    "it is no origin of a page: write SCHEME://HOST[:PORT], as in https://app.example.com, or * for all";

/// The origin of a page as a browser writes it, or `*`.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Origin(String);

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" {
            return Ok(Self(text.to_owned()));
        }
        let url = Url::parse(text).map_err(|_| WRONG)?;
        let has_more = !matches!(url.path(), "" | "/")
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        if !url.has_host() || has_more {
            return Err(WRONG);
        }
        // Those of extensions are not known to the URL standard.
        Ok(Self(match url.origin() {
            origin if origin.is_tuple() => origin.ascii_serialization(),
            _ => text.trim_end_matches('/').to_owned(),
        }))
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
