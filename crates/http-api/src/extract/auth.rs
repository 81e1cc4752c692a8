use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antiphon_store::{ApiKey, KeyHash, ProjectId, Store};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use tokio::time::Instant;

use crate::error::Error;
use crate::state::ApiState;

/// How long a look-up of keys is trusted; a revoked key is refused after this time.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
const CACHED_KEYS: usize = 1024;

/// The hash under which a key is stored.
pub fn hash_key(key: &str) -> KeyHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    KeyHash(hash)
}

/// From where a server can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From this machine only.
    Loopback,
    /// From others too; then every request needs a key.
    Beyond,
}

/// Decides whose a request is.
///
/// With keys in the store, a request needs one of them. Without, the server is open to this machine only: `Host` and, if
/// there is one, `Origin` must be loopback (so that no page elsewhere drives it), and any key or none will do.
pub struct Authority {
    store: Arc<dyn Store>,
    reach: Reach,
    origins: Vec<String>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    any_keys: Option<(Instant, bool)>,
    keys: Vec<(KeyHash, Instant, Option<ProjectId>)>,
}

impl Authority {
    /// Looks keys up in `store`; `reach` says from where the server can be reached, and `origins` are pages that may call besides loopback ones (`*` for all).
    pub fn new(store: Arc<dyn Store>, reach: Reach, origins: Vec<String>) -> Self {
        Self {
            store,
            reach,
            origins,
            seen: Mutex::default(),
        }
    }

    /// Whether a page of this origin may call.
    pub(crate) fn allows_origin(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
            || is_loopback_origin(origin)
    }

    /// Whether requests need a key. Beyond loopback they do even when the last one was revoked: `Host` is the caller's to
    /// choose.
    pub(crate) async fn needs_key(&self) -> Result<bool, Error> {
        Ok(self.reach == Reach::Beyond || self.any_keys().await?)
    }

    async fn authorize(&self, headers: &HeaderMap, uri: &Uri) -> Result<ProjectId, Error> {
        if self.needs_key().await? {
            let key = presented_key(headers, uri).ok_or(Error::Unauthenticated(
                "this server needs a key: send it as `x-goog-api-key`, as `Authorization: Bearer` or as `?key=`",
            ))?;
            return self.project_of(hash_key(&key)).await?.ok_or(Error::Unauthenticated(
                "the key is not known here; make one with `antiphon keys create`",
            ));
        }
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| uri.host());
        if let Some(host) = host
            && !is_loopback_host(host)
        {
            let message = format!(
                "the server has no keys, so it answers to loopback names only, not to `{host}`; make a key with `antiphon keys create`"
            );
            return Err(Error::Forbidden(message));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            if !self.allows_origin(&origin) {
                let message =
                    format!("pages of `{origin}` may not call this server; allow them with `--cors-origin {origin}`");
                return Err(Error::Forbidden(message));
            }
        }
        Ok(ProjectId::default())
    }

    async fn any_keys(&self) -> Result<bool, Error> {
        if let Some((at, any)) = self.seen().any_keys
            && at.elapsed() < TRUSTED_FOR
        {
            return Ok(any);
        }
        let any = !self
            .store
            .keys()
            .await
            .map_err(antiphon_turn_engine::Error::from)?
            .is_empty();
        self.seen().any_keys = Some((Instant::now(), any));
        Ok(any)
    }

    async fn project_of(&self, hash: KeyHash) -> Result<Option<ProjectId>, Error> {
        {
            let mut seen = self.seen();
            seen.keys.retain(|(_, at, _)| at.elapsed() < TRUSTED_FOR);
            if let Some((_, _, project)) = seen.keys.iter().find(|(known, _, _)| *known == hash) {
                return Ok(project.clone());
            }
        }
        let found = self
            .store
            .find_key(hash)
            .await
            .map_err(antiphon_turn_engine::Error::from)?;
        let project = found.map(|ApiKey { project, .. }| project);
        let mut seen = self.seen();
        if seen.keys.len() < CACHED_KEYS {
            seen.keys.push((hash, Instant::now(), project.clone()));
        }
        Ok(project)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose the request is.
pub(crate) struct Caller {
    pub(crate) project: ProjectId,
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Error> {
        let project = state.authority.authorize(&parts.headers, &parts.uri).await?;
        Ok(Self { project })
    }
}

fn presented_key(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(key) = text("x-goog-api-key") {
        return Some(key.to_owned());
    }
    if let Some((scheme, token)) = text("authorization").and_then(|value| value.split_once(' '))
        && scheme.eq_ignore_ascii_case("bearer")
    {
        return Some(token.trim().to_owned());
    }
    let query = uri.query()?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="))
        .map(str::to_owned)
}

fn is_loopback_host(authority: &str) -> bool {
    let name = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) if port.is_empty() || port.starts_with(':') => name,
            _ => return false,
        },
        None => authority.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_loopback_origin(origin: &str) -> bool {
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(is_loopback_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_look_alikes() {
        for host in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:8080",
        ] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "localhost.example.com",
            "127.0.0.1.example.com",
            "example.com",
            "192.168.0.1",
            "[::2]",
            "[::1].example.com",
            "",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
        assert!(is_loopback_origin("http://localhost:5173"));
        assert!(!is_loopback_origin("null"));
        assert!(!is_loopback_origin("https://localhost.example.com"));
    }
}
