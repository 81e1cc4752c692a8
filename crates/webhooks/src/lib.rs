//! Webhooks: telling a receiver that a background interaction is over.
//!
//! [`Webhooks`] is the resource: create, list, change, ping, rotate. What is sent begins in the commit that ends an
//! interaction: [`jobs_for`] says which job that commit enqueues. The job ([`EVENT_JOB`]) becomes one [`DELIVERY_JOB`] for each
//! enabled webhook of the project that subscribed, or for each of the request's own `webhook_config.uris`, and each of
//! those is tried until the receiver takes it or [`TRIED_FOR`] is over. [`Webhooks::handlers`] do both kinds.
//!
//! A delivery is a POST of a few lines of JSON that name the event and the interaction; the receiver fetches the rest. A
//! registered webhook's is signed by its secret (Standard Webhooks), one to an address of the request by an RS256 JSON Web
//! Token whose key [`Webhooks::jwks`] publishes. `webhook-id` is the same at every try, so that a receiver can drop what it has seen:
//! delivery is at least once, in no order.
//!
//! All requests leave through `antiphon_outbound`, so no address inside the operator's network is reached unless it is allow-listed,
//! and redirects are not followed. Every try is recorded ([`Webhooks::deliveries`]).
//!
//! A webhook is disabled when its receiver answers 410, and when a delivery is given up and nothing else got through while
//! it was tried. Enabling it again is the client's.

mod attempts;
mod config;
mod deliver;
mod error;
mod event;
mod expand;
mod handlers;
mod page;
mod post;
mod schedule;
mod secret;
mod service;
mod signing_key;
mod stored;

pub use attempts::DYNAMIC;
pub use error::Error;
pub use event::{DELIVERY_JOB, EVENT_JOB, JOBS, jobs_for};
pub use page::{LARGEST_PAGE, PAGE, Page};
pub use schedule::TRIED_FOR;
pub use service::{Now, Parts, Random, Webhooks};
