//! The tool `url_context`: the model reads pages by their URLs.
//!
//! A call names URLs. Each is fetched through [`antiphon_outbound::Outbound`], which refuses what is not public, after the
//! site's robots.txt was asked; what comes back is turned into text by its content type (HTML into Markdown of the page's
//! main part, PDF and the many forms of plain text). The texts share one budget of characters and are handed to the model as
//! [`Source`](crate::Source)s that it can cite.
//!
//! Pages are hostile: sizes, depths, counts and times are bounded, and parsers run on threads of their own where a panic
//! ends nothing but the one page.

mod extraction;
mod html;
mod kind;
mod media;
mod page;
mod paywall;
mod pdf;
mod robots;
mod settings;
mod share;
mod sink;
mod tool;

pub use kind::UrlContext;
pub use settings::UrlContextSettings;
