//! Under which key an object lies: `{project}/{interaction}/{sha256}`, with names that can be read back.

use std::fmt::Write as _;

use antiphon_interaction::InteractionId;
use antiphon_store::ProjectId;

/// The longest name that every file system takes, less what a store of objects may add while it writes.
const LONGEST: usize = 200;

/// Whose objects: the first two parts of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    pub project: ProjectId,
    pub id: InteractionId,
}

impl Owner {
    /// The folder of the objects. `None` for names that are too long for one: nothing of theirs is moved.
    pub fn folder(&self) -> Option<String> {
        let (project, id) = (encode(self.project.as_str()), encode(self.id.as_str()));
        let fits = |name: &str| !name.is_empty() && name.len() <= LONGEST;
        (fits(&project) && fits(&id)).then(|| format!("{project}/{id}"))
    }

    /// Whose folder this is; `None` for one that is not of ours.
    pub fn of_folder(folder: &str) -> Option<Self> {
        let (project, id) = folder.split_once('/')?;
        Some(Self {
            project: ProjectId::from(decode(project)?.as_str()),
            id: InteractionId::from(decode(id)?.as_str()),
        })
    }
}

/// Letters, digits, `-` and `_` as they are, any other byte as `.` and two digits.
fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, ".{byte:02x}");
        }
    }
    encoded
}

fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'.' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A folder names its owner, and has nothing that a path gives a meaning to.
        #[test]
        fn a_folder_reads_back(project in ".{1,20}", id in ".{1,20}") {
            let owner = Owner { project: project.as_str().into(), id: id.as_str().into() };
            let folder = owner.folder();
            prop_assume!(folder.is_some());
            let folder = folder.unwrap();
            prop_assert_eq!(folder.matches('/').count(), 1);
            prop_assert!(folder.split('/').all(|name| name != "." && name != ".."));
            prop_assert_eq!(Owner::of_folder(&folder), Some(owner));
        }
    }
}
