use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::address::canonical;

/// One entry of an allow list: what it names may be private.
///
/// Written as
/// - `host` or `host:port`: that name. With a port, the name may be used with that port only.
/// - `*.host` or `*.host:port`: every name below it, not the name itself.
/// - `10.0.0.0/8`, `fd00::/8`, `192.168.1.7`, `::1`: these addresses, written literally or resolved to.
/// - `192.168.1.7:8080`, `[::1]:8080`: that address written literally, with that port only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    what: What,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Name(String),
    Below(String),
    Network(IpNet),
}

/// A text that is no entry of an allow list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no allow-list entry: write a host, host:port, *.host, an address or a range such as 10.0.0.0/8, without \
     scheme and path"
)]
pub struct InvalidAllowed(String);

/// Whether a list lets a host and port pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Some entry names the host, with any port.
    AnyPort,
    /// Some entry names the host with this very port.
    ThisPort,
    /// Entries name the host, but with other ports.
    OtherPort,
    /// No entry names it.
    Unlisted,
}

impl FromStr for Allowed {
    type Err = InvalidAllowed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAllowed(text.to_owned());
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::network(IpNet::from(canonical(address)), None));
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::network(network, None));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| invalid())?)),
            None => (text, None),
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self::network(IpNet::from(canonical(address)), port));
        }
        let (below, name) = match host.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, host),
        };
        // The URL parser's own form (case, IDNA), since that is what the name is compared with.
        let url::Host::Domain(name) = url::Host::parse(name).map_err(|_| invalid())? else {
            return Err(invalid());
        };
        let name = name.trim_end_matches('.').to_owned();
        if name.is_empty() || name.contains(['*', '/']) {
            return Err(invalid());
        }
        let what = if below { What::Below(name) } else { What::Name(name) };
        Ok(Self { what, port })
    }
}

impl Allowed {
    fn network(network: IpNet, port: Option<u16>) -> Self {
        Self {
            what: What::Network(network),
            port,
        }
    }

    fn names(&self, name: &str) -> bool {
        match &self.what {
            What::Name(allowed) => allowed == name,
            What::Below(parent) => name
                .strip_suffix(parent.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            What::Network(_) => false,
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        match &self.what {
            What::Network(network) => network.contains(&address) || network.contains(&canonical(address)),
            What::Name(_) | What::Below(_) => false,
        }
    }
}

/// What the list says of a name; `name` in lower case without the final dot.
pub(crate) fn judge_name(list: &[Allowed], name: &str, port: u16) -> Verdict {
    verdict(list.iter().filter(|entry| entry.names(name)), port)
}

/// What the list says of an address written literally.
pub(crate) fn judge_literal(list: &[Allowed], address: IpAddr, port: u16) -> Verdict {
    verdict(list.iter().filter(|entry| entry.holds(address)), port)
}

/// Whether the name may resolve to anything; its port was judged with the URL.
pub(crate) fn any_address(list: &[Allowed], name: &str) -> bool {
    list.iter().any(|entry| entry.names(name))
}

/// Whether a name may resolve to this address.
pub(crate) fn this_address(list: &[Allowed], address: IpAddr) -> bool {
    list.iter().any(|entry| entry.port.is_none() && entry.holds(address))
}

fn verdict<'a>(entries: impl Iterator<Item = &'a Allowed>, port: u16) -> Verdict {
    let mut verdict = Verdict::Unlisted;
    for entry in entries {
        match entry.port {
            Some(allowed) if allowed == port => return Verdict::ThisPort,
            Some(_) if verdict == Verdict::Unlisted => verdict = Verdict::OtherPort,
            Some(_) => {}
            None => verdict = Verdict::AnyPort,
        }
    }
    verdict
}
