use std::collections::HashMap;

use antiphon_interaction::McpServerTool;
use aws_lc_rs::digest::{Context, SHA256};
use http::{HeaderName, HeaderValue};
use url::Url;

use super::allowed::Allowed;
use crate::OpenError;

const MAX_SERVER_NAME: usize = 40;
const MAX_HEADERS: usize = 32;
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Headers that the transport sets, or that say how the connection works.
const RESERVED: &[&str] = &[
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const RESERVED_PREFIX: &str = "mcp-param-";

/// A server as a request declares it, checked.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) url: Url,
    pub(super) headers: HashMap<HeaderName, HeaderValue>,
    pub(super) allowed: Allowed,
}

impl Declaration {
    /// Checks what stands at `path` in the request.
    pub(super) fn check(path: &str, tool: McpServerTool) -> Result<Self, OpenError> {
        let McpServerTool {
            name,
            url,
            headers,
            allowed_tools,
            credential,
        } = tool;
        if credential.is_some() {
            return Err(invalid(
                format!("{path}.credential"),
                "this server stores no credentials; send what the MCP server wants in `headers`",
            ));
        }
        let allowed = match allowed_tools {
            Some(wanted) => Allowed::parse(&format!("{path}.allowed_tools"), &wanted)?,
            None => Allowed::all(),
        };
        Ok(Self {
            name: server_name(format!("{path}.name"), name)?,
            url: server_url(format!("{path}.url"), url)?,
            headers: server_headers(&format!("{path}.headers"), headers.unwrap_or_default())?,
            allowed,
        })
    }

    /// Stands for the address and the headers: a server may show other tools to other callers. Tells no secret.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        let mut add = |bytes: &[u8]| {
            context.update(&bytes.len().to_le_bytes());
            context.update(bytes);
        };
        add(self.url.as_str().as_bytes());
        let mut headers: Vec<_> = self.headers.iter().collect();
        headers.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in headers {
            add(name.as_str().as_bytes());
            add(value.as_bytes());
        }
        let mut sum = [0; 32];
        sum.copy_from_slice(context.finish().as_ref());
        sum
    }
}

fn server_name(path: String, name: Option<String>) -> Result<String, OpenError> {
    let fits = |name: &String| {
        (1..=MAX_SERVER_NAME).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-')
    };
    name.filter(fits).ok_or_else(|| {
        invalid(
            path,
            format!("an MCP server has a name of lower-case letters, digits, `_` and `-`, at most {MAX_SERVER_NAME}"),
        )
    })
}

fn server_url(path: String, url: Option<String>) -> Result<Url, OpenError> {
    let Some(url) = url else {
        return Err(invalid(
            path,
            "missing: the address of the MCP server's streamable HTTP endpoint",
        ));
    };
    let url = Url::parse(&url).map_err(|error| invalid(path.clone(), format!("not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(path, "an MCP server is reached over `http` or `https`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid(path, "holds a user name or a password; send them in `headers`"));
    }
    Ok(url)
}

fn server_headers(
    path: &str,
    headers: std::collections::BTreeMap<String, String>,
) -> Result<HashMap<HeaderName, HeaderValue>, OpenError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(invalid(
            path.to_owned(),
            format!("at most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes together"),
        ));
    }
    let mut checked = HashMap::with_capacity(headers.len());
    for (name, value) in headers {
        let at = format!("{path}.{name}");
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(invalid(at, "not the name of an HTTP header"));
        };
        if RESERVED.contains(&name.as_str()) || name.as_str().starts_with(RESERVED_PREFIX) {
            return Err(invalid(at, "the transport sets this header itself; leave it out"));
        }
        // The value may be a secret: the message does not show it.
        let Ok(mut value) = HeaderValue::from_str(&value) else {
            return Err(invalid(at, "holds a character that an HTTP header cannot hold"));
        };
        value.set_sensitive(true);
        if checked.insert(name, value).is_some() {
            return Err(invalid(
                at,
                "is there twice; the names of headers do not tell upper from lower case",
            ));
        }
    }
    Ok(checked)
}

pub(super) fn invalid(path: String, message: impl Into<String>) -> OpenError {
    OpenError::Invalid {
        path,
        message: message.into(),
    }
}
