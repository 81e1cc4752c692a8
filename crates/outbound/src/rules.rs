use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use url::{Host, Url};

use crate::address::is_public;
use crate::allow::{Allowed, Verdict, judge_literal, judge_name};
use crate::error::{Refusal, Rule};
use crate::resolver::SystemResolver;

/// Ports of well-known services that do not speak HTTP and could be led to obey a line of it: what browsers refuse.
pub const DENIED_PORTS: &[u16] = &[
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Names, with all names below them, that never belong to the public Internet.
const LOCAL_NAMES: &[&str] = &["localhost", "local", "internal", "home.arpa"];

/// What requests made for a model or a user may do.
#[derive(Clone)]
pub struct OutboundRules {
    /// What may be private.
    pub allow: Vec<Allowed>,
    /// Ports that are refused, unless an entry of `allow` names the host with that port.
    pub denied_ports: Vec<u16>,
    /// Which schemes a URL may have.
    pub schemes: Schemes,
    /// How many redirects are followed; 0 gives the redirecting reply itself. A redirect from https to http is refused.
    /// `Authorization` and cookies are not sent on to another host, but other headers are: a use with secrets in headers of
    /// its own takes 0.
    pub max_redirects: usize,
    /// The `User-Agent`.
    pub user_agent: String,
    /// How long things may take.
    pub time_limits: TimeLimits,
    /// What resolves names; its answers are judged.
    pub resolver: Arc<dyn Resolve>,
}

/// Which schemes a URL may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schemes {
    /// `https` and `http`.
    HttpAndHttps,
    /// `https` only.
    HttpsOnly,
    /// `https`, and `http` to hosts of the allow list.
    HttpsUnlessAllowed,
}

/// How long the parts of a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// Resolving the name, connecting and the TLS handshake, once per connection.
    pub connect: Duration,
    /// The longest silence while the reply is awaited or read.
    pub read: Option<Duration>,
    /// The whole request with all redirects and the body. `None` for streams that may stay open.
    pub total: Option<Duration>,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Some(Duration::from_secs(20)),
            total: Some(Duration::from_secs(60)),
        }
    }
}

impl Default for OutboundRules {
    /// Public hosts only, http and https, 5 redirects, the system's resolver.
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            denied_ports: DENIED_PORTS.to_vec(),
            schemes: Schemes::HttpAndHttps,
            max_redirects: 5,
            user_agent: concat!("antiphon/", env!("CARGO_PKG_VERSION")).to_owned(),
            time_limits: TimeLimits::default(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl OutboundRules {
    /// Judges a URL by what is written in it; the addresses of a name are judged when it is resolved.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Refusal> {
        let refuse = |rule| Err(Refusal::new(url, rule));
        match (url.scheme(), self.schemes) {
            ("https", _) | ("http", Schemes::HttpAndHttps | Schemes::HttpsUnlessAllowed) => {}
            _ => return refuse(Rule::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse(Rule::Credentials);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return refuse(Rule::Scheme);
        };
        let (verdict, refused) = match host {
            Host::Domain(name) => {
                let name = canonical_name(name);
                let local = name.is_empty() || is_local(&name);
                (judge_name(&self.allow, &name, port), local.then_some(Rule::LocalName))
            }
            Host::Ipv4(address) => self.literal(address.into(), port),
            Host::Ipv6(address) => self.literal(address.into(), port),
        };
        match verdict {
            Verdict::ThisPort => return Ok(()),
            Verdict::OtherPort => return refuse(Rule::Port(port)),
            Verdict::AnyPort => {}
            Verdict::Unlisted => {
                if let Some(rule) = refused {
                    return refuse(rule);
                }
                if url.scheme() == "http" && self.schemes == Schemes::HttpsUnlessAllowed {
                    return refuse(Rule::Scheme);
                }
            }
        }
        if self.denied_ports.contains(&port) || port == 0 {
            return refuse(Rule::Port(port));
        }
        Ok(())
    }

    /// Judges where a reply redirects to.
    pub(crate) fn check_redirect(&self, from: &Url, to: &Url) -> Result<(), Refusal> {
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err(Refusal::new(to, Rule::Downgrade));
        }
        self.check(to)
    }

    fn literal(&self, address: IpAddr, port: u16) -> (Verdict, Option<Rule>) {
        let refused = (!is_public(address)).then_some(Rule::Address(address));
        (judge_literal(&self.allow, address, port), refused)
    }
}

/// The form in which names are compared.
pub(crate) fn canonical_name(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_local(name: &str) -> bool {
    LOCAL_NAMES.iter().any(|local| {
        name.strip_suffix(local)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_does_not_leave_https() {
        let rules = OutboundRules::default();
        let to = |from: &str, to: &str| {
            let judged = rules.check_redirect(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
            judged.map_err(|refusal| refusal.rule().clone())
        };
        assert_eq!(to("https://a.example/", "http://b.example/"), Err(Rule::Downgrade));
        assert_eq!(to("http://a.example/", "https://b.example/"), Ok(()));
        assert_eq!(to("http://a.example/", "http://b.example/"), Ok(()));
    }
}
