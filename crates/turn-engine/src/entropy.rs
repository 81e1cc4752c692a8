use antiphon_interaction::InteractionId;
use antiphon_store::WorkerId;

const CALL_ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Where random bytes come from. Ids are made of them, so they must not be guessable outside tests.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // A system without random bytes cannot make ids; an all-zero id would collide and be refused by the store.
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the system gives no random bytes");
        }
    }
}

/// A new interaction's id.
pub(crate) fn interaction_id(entropy: &dyn Entropy) -> InteractionId {
    let mut bytes = [0; 18];
    entropy.fill(&mut bytes);
    InteractionId::from_random(bytes)
}

/// The id of a process that runs interactions.
pub(crate) fn worker_id(entropy: &dyn Entropy) -> WorkerId {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    WorkerId::from(format!("{:032x}", u128::from_be_bytes(bytes)).as_str())
}

/// A function call's id: short, opaque, easy to copy for a model.
pub(crate) fn call_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(CALL_ID_ALPHABET[usize::from(byte & 31)]))
        .collect()
}
