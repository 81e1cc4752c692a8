use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_public;
use crate::allow::{Allowed, any_address, this_address};
use crate::error::{Refusal, Rule};
use crate::rules::canonical_name;

/// Resolves names as the operating system does.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Hands on what another resolver answers, unless any of it is private: the client connects to exactly these addresses.
pub(crate) struct FilteringResolver {
    pub(crate) inner: Arc<dyn Resolve>,
    pub(crate) allow: Arc<[Allowed]>,
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = canonical_name(name.as_str());
        let allow = Arc::clone(&self.allow);
        let resolving = self.inner.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await?.collect();
            if any_address(&allow, &host) {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            for address in found.iter().map(SocketAddr::ip) {
                if !is_public(address) && !this_address(&allow, address) {
                    tracing::info!(host, %address, "refused a name that resolves to an address that is not public");
                    return Err(Refusal::of_host(&host, Rule::Address(address)).into());
                }
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
