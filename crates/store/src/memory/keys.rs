use std::collections::HashMap;

use crate::{ApiKey, Error, KeyHash, NewApiKey};

/// API keys and lasting secrets.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<NewApiKey>,
    secrets: HashMap<&'static str, Vec<u8>>,
}

impl Keys {
    pub(super) fn add(&mut self, new: NewApiKey) -> Result<(), Error> {
        if self
            .keys
            .iter()
            .any(|known| known.key.id == new.key.id || known.hash == new.hash)
        {
            return Err(Error::AlreadyExists(new.key.id));
        }
        self.keys.push(new);
        Ok(())
    }

    pub(super) fn list(&self) -> Vec<ApiKey> {
        self.keys.iter().map(|new| new.key.clone()).collect()
    }

    pub(super) fn revoke(&mut self, id: &str) -> bool {
        let before = self.keys.len();
        self.keys.retain(|new| new.key.id != id);
        self.keys.len() < before
    }

    pub(super) fn find(&self, hash: KeyHash) -> Option<ApiKey> {
        let found = self.keys.iter().find(|new| new.hash == hash)?;
        Some(found.key.clone())
    }

    pub(super) fn secret(&mut self, name: &'static str, candidate: Vec<u8>) -> Vec<u8> {
        self.secrets.entry(name).or_insert(candidate).clone()
    }
}
