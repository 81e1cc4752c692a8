use std::time::Duration;

use antiphon_store::Store;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Error;
use crate::event::Payload;

/// The lasting secret that holds the private key, as PKCS #8.
const SECRET: &str = "webhook-signing-key";

/// Who signs.
const ISSUER: &str = "antiphon";

/// For how long a token is good; a retry gets a new one.
const LIFETIME: Duration = Duration::from_mins(5);

/// Signs the deliveries to addresses that a request brought along. All processes on a database have the same.
pub(crate) struct SigningKey {
    pair: KeyPair,
    id: String,
    modulus: String,
    exponent: String,
}

/// The claims of a token: the registered ones, the hash of the body, and the event itself, since consumers written for the
/// hosted API take the decoded token for it.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    body_sha256: String,
    #[serde(flatten)]
    event: &'a Payload<'a>,
}

/// What a token speaks for.
pub(crate) struct Message<'a> {
    /// The address it is sent to.
    pub(crate) audience: &'a str,
    /// Its `webhook-id`.
    pub(crate) id: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) event: &'a Payload<'a>,
    pub(crate) body: &'a [u8],
}

impl SigningKey {
    /// The key of the store; makes one when there is none.
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, Error> {
        // Making a key takes a good part of a second.
        let candidate = tokio::task::spawn_blocking(make).await??;
        let stored = store.secret(SECRET, candidate).await?;
        let pair = KeyPair::from_pkcs8(&stored).map_err(Error::Key)?;
        let public = pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        // The thumbprint of RFC 7638: these fields in this order without spaces.
        let thumbprint = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let id = URL_SAFE_NO_PAD.encode(digest(&SHA256, thumbprint.as_bytes()));
        Ok(Self {
            pair,
            id,
            modulus,
            exponent,
        })
    }

    /// The public key, as a JSON Web Key Set.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": self.modulus, "e": self.exponent
        }] })
    }

    /// A JSON Web Token signed with RS256.
    pub(crate) fn token(&self, message: &Message<'_>) -> Result<String, Error> {
        let issued = message.now.as_second();
        let claims = Claims {
            iss: ISSUER,
            aud: message.audience,
            iat: issued,
            exp: issued + LIFETIME.as_secs().cast_signed(),
            jti: message.id,
            body_sha256: URL_SAFE_NO_PAD.encode(digest(&SHA256, message.body)),
            event: message.event,
        };
        let claims = serde_json::to_vec(&claims).map_err(|source| Error::Unwritable {
            what: "the claims of a token",
            source,
        })?;
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.id }).to_string();
        let mut token = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            token.as_bytes(),
            &mut signature,
        )?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

fn make() -> Result<Vec<u8>, Unspecified> {
    let der: Pkcs8V1Der<'static> = KeyPair::generate(KeySize::Rsa2048)?.as_der()?;
    Ok(der.as_ref().to_vec())
}
