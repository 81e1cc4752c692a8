//! The way out of a sandbox: a proxy that lets allowed names through and nothing else.
//!
//! The sandbox's network holds nothing but a listener on its own loopback address. It is made inside by the helper and
//! handed to the server, which serves it here: no path, no process and no route leads out. For each connection the
//! proxy requires, in this order:
//!
//! 1. `CONNECT` with a name and a port of the list; no address in place of a name, no plain HTTP.
//! 2. A name that resolves, on the server, to public addresses only.
//! 3. TLS whose server name (SNI) is that name, so that an allowed name cannot stand for another on the same address.
//! 4. A connection to one of the addresses that were checked; the name is not resolved again.
//!
//! What it does not stop: an allowed name is a way out for data, and behind a name that serves many sites (a content
//! network) the encrypted request may ask for another.

#[cfg(target_os = "linux")]
mod domain;
#[cfg(target_os = "linux")]
mod hello;
#[cfg(target_os = "linux")]
mod proxy;
#[cfg(target_os = "linux")]
mod resolver;

pub use domain::{AllowedDomains, InvalidDomain};
#[cfg(target_os = "linux")]
pub use proxy::{Egress, Listener};
#[cfg(target_os = "linux")]
pub use resolver::{Resolver, SystemResolver};

/// The port of the proxy on the sandbox's loopback address.
#[cfg(target_os = "linux")]
pub const PORT: u16 = 3128;
