use std::fmt;

use anyhow::bail;

/// `hf:OWNER/REPO[:QUANT]`: a model of the hub. QUANT may also be the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelName {
    owner: String,
    repo: String,
    wanted: Option<String>,
}

impl ModelName {
    /// # Errors
    /// `text` is not of that form.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let parsed = || {
            let rest = text.strip_prefix("hf:")?;
            let (path, wanted) = match rest.split_once(':') {
                Some((path, wanted)) => (path, Some(wanted)),
                None => (rest, None),
            };
            let (owner, repo) = path.split_once('/')?;
            let wanted_is_path = |wanted: &str| wanted.split('/').all(is_segment);
            let valid = is_segment(owner) && is_segment(repo) && wanted.is_none_or(wanted_is_path);
            valid.then(|| Self {
                owner: owner.to_owned(),
                repo: repo.to_owned(),
                wanted: wanted.map(str::to_owned),
            })
        };
        match parsed() {
            Some(name) => Ok(name),
            None => bail!(
                "`{text}` is no model of the hub; write hf:OWNER/REPO or hf:OWNER/REPO:QUANT, as in hf:Qwen/Qwen3-0.6B-GGUF:Q8_0"
            ),
        }
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn repo(&self) -> &str {
        &self.repo
    }

    /// The quantisation or the file, where one was named.
    pub(crate) fn wanted(&self) -> Option<&str> {
        self.wanted.as_deref()
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, repo, wanted } = self;
        write!(f, "hf:{owner}/{repo}")?;
        wanted.as_ref().map_or(Ok(()), |wanted| write!(f, ":{wanted}"))
    }
}

/// Whether `text` is one harmless part of a path, here and in an address.
fn is_segment(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=128).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_back() {
        for text in ["hf:Qwen/Qwen3-0.6B-GGUF", "hf:a/b:Q4_K_M", "hf:a/b:Q8_0/a.gguf"] {
            assert_eq!(ModelName::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "a/b",
            "hf:a",
            "hf:a/",
            "hf:/b",
            "hf:../b",
            "hf:a/b/c",
            "hf:a/b:",
            "hf:a/b:x/../y",
            "hf:a/b?x",
            "hf:a\\b/c",
        ] {
            let refused = ModelName::parse(text).unwrap_err().to_string();
            assert!(refused.contains(text), "{refused}");
        }
    }
}
