use std::io;
use std::net::IpAddr;

use futures::future::BoxFuture;

/// Finds the addresses of a name.
///
/// **Cancel.** Dropping the future ends the search, or lets it end unheard.
pub trait Resolver: Send + Sync {
    /// The addresses of this name; none, or an error, when there is no such name.
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
