use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The port that a pattern without one means.
const HTTPS: u16 = 443;

/// The names that a sandbox may reach, by TLS.
///
/// Each is a name (`pypi.org`) or all names below one (`*.pythonhosted.org`, which does not hold `pythonhosted.org`
/// itself), with a port where it is not 443 (`registry.example:8443`). International names are written in their ASCII form
/// (`xn--…`). Addresses are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct AllowedDomains(Vec<Pattern>);

/// A text that names no domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a domain to allow: {reason}")]
pub struct InvalidDomain {
    text: String,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// Lower case.
    name: String,
    /// Whether it means the names below.
    is_wild: bool,
    port: u16,
}

impl AllowedDomains {
    /// The domains that these texts name.
    ///
    /// # Errors
    /// One is none.
    pub fn new<Text: AsRef<str>>(texts: impl IntoIterator<Item = Text>) -> Result<Self, InvalidDomain> {
        let patterns = texts.into_iter().map(|text| text.as_ref().parse());
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }

    /// Whether a name, in lower case, is allowed with this port.
    pub(super) fn allow(&self, name: &str, port: u16) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name, port))
    }

    /// The domains as they are written.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl TryFrom<Vec<String>> for AllowedDomains {
    type Error = InvalidDomain;

    fn try_from(texts: Vec<String>) -> Result<Self, InvalidDomain> {
        Self::new(texts)
    }
}

impl From<AllowedDomains> for Vec<String> {
    fn from(domains: AllowedDomains) -> Self {
        domains.texts()
    }
}

impl Pattern {
    fn matches(&self, name: &str, port: u16) -> bool {
        let is_named = if self.is_wild {
            name.strip_suffix(&self.name)
                .is_some_and(|below| below.len() > 1 && below.ends_with('.'))
        } else {
            name == self.name
        };
        is_named && port == self.port
    }
}

impl FromStr for Pattern {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let invalid = |reason| InvalidDomain {
            text: text.to_owned(),
            reason,
        };
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().map_err(|_| invalid("its port is no port"))?),
            None => (text, HTTPS),
        };
        let (name, is_wild) = match name.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let name = host_name(name)
            .ok_or_else(|| invalid("write a name such as `example.com` or `*.example.com`, not an address or URL"))?;
        Ok(Self { name, is_wild, port })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wild = if self.is_wild { "*." } else { "" };
        write!(formatter, "{wild}{}", self.name)?;
        match self.port {
            HTTPS => Ok(()),
            port => write!(formatter, ":{port}"),
        }
    }
}

/// The name in lower case; none when it is an address in any notation, or no name.
pub(super) fn host_name(text: &str) -> Option<String> {
    let name = text.to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    // Resolvers read numbers, also `0x7f000001`, as addresses.
    let is_number = last.starts_with(|first: char| first.is_ascii_digit());
    let is_name = name.len() <= 253 && name.split('.').all(is_label) && !is_number && name.parse::<IpAddr>().is_err();
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_what_they_say_and_no_more() {
        let domains = AllowedDomains::new(["PyPI.org", "*.example.com", "mirror.test:8443"]).unwrap();
        for (name, port) in [
            ("pypi.org", 443),
            ("a.example.com", 443),
            ("a.b.example.com", 443),
            ("mirror.test", 8443),
        ] {
            assert!(domains.allow(name, port), "{name}:{port}");
        }
        for (name, port) in [
            ("evil-pypi.org", 443),
            ("pypi.org.evil.test", 443),
            ("pypi.org", 80),
            ("example.com", 443),
            (".example.com", 443),
            ("evilexample.com", 443),
            ("mirror.test", 443),
        ] {
            assert!(!domains.allow(name, port), "{name}:{port}");
        }
        assert_eq!(domains.texts(), ["pypi.org", "*.example.com", "mirror.test:8443"]);
    }

    #[test]
    fn addresses_and_urls_are_no_domains() {
        for text in [
            "",
            "*",
            "*.",
            "127.0.0.1",
            "*.0.0.1",
            "0x7f000001",
            "2130706433",
            "[::1]",
            "::1",
            "https://pypi.org",
            "pypi.org/simple",
            "a..b",
            "pypi.org.",
            "münchen.de",
            "a b",
            "*.*.org",
            "pypi.org:99999",
            "user@pypi.org",
        ] {
            assert!(AllowedDomains::new([text]).is_err(), "{text}");
        }
    }
}
