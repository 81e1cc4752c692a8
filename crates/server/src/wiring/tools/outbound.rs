use antiphon_outbound::{Allowed, OutboundRules, Schemes};
use anyhow::Context as _;

use crate::options::OutboundOptions;

/// Where the server may go for a model or a user.
pub(crate) fn rules(options: &OutboundOptions) -> anyhow::Result<OutboundRules> {
    let allow = options
        .allow
        .iter()
        .map(|entry| entry.parse::<Allowed>())
        .collect::<Result<_, _>>()
        .context("--outbound-allow is wrong")?;
    Ok(OutboundRules {
        allow,
        schemes: if options.https_only == Some(true) {
            Schemes::HttpsOnly
        } else {
            Schemes::HttpAndHttps
        },
        ..OutboundRules::default()
    })
}
