use std::collections::BTreeMap;

/// One model among a repository's files: a GGUF file, or all files of a split one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    stem: String,
    parts: Vec<String>,
}

impl Variant {
    /// Its files, in order.
    pub(crate) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Its path without the ending.
    pub(crate) fn stem(&self) -> &str {
        &self.stem
    }

    /// Whether `wanted` names it: as a file, or as a word of its path such as `Q4_K_M`.
    fn is(&self, wanted: &str) -> bool {
        if wanted.ends_with(".gguf") {
            return self.parts.iter().any(|part| part == wanted);
        }
        let file = self.stem.rsplit('/').next().unwrap_or(&self.stem);
        has_word(&file.to_ascii_uppercase(), &wanted.to_ascii_uppercase())
    }
}

/// What the choice comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    One(&'a Variant),
    /// None is what is wanted.
    None,
    /// Nothing was wanted and none stands out.
    Several,
}

/// The models among `files`, whole ones only; what goes beside a model (image projectors, calibration data) is left out.
pub(crate) fn variants<'a>(files: impl Iterator<Item = &'a str>) -> Vec<Variant> {
    let mut whole = Vec::new();
    let mut split: BTreeMap<(&str, u32), BTreeMap<u32, &str>> = BTreeMap::new();
    for path in files {
        let Some(stem) = path.strip_suffix(".gguf") else {
            continue;
        };
        let file = stem.rsplit('/').next().unwrap_or(stem).to_ascii_lowercase();
        if file.contains("mmproj") || file.contains("imatrix") {
            continue;
        }
        match split_suffix(stem) {
            Some((stem, part, total)) => {
                split.entry((stem, total)).or_default().insert(part, path);
            }
            None => whole.push(Variant {
                stem: stem.to_owned(),
                parts: vec![path.to_owned()],
            }),
        }
    }
    for ((stem, total), parts) in split {
        // Part numbers are from 1 to `total`, so as many parts are all of them.
        if parts.len() as u64 == u64::from(total) {
            whole.push(Variant {
                stem: stem.to_owned(),
                parts: parts.into_values().map(str::to_owned).collect(),
            });
        }
    }
    whole.sort_by(|a, b| (a.stem.len(), &a.stem).cmp(&(b.stem.len(), &b.stem)));
    whole
}

/// The model that is `wanted`; without a wish `Q4_K_M`, else `Q8_0`, else the only one.
pub(crate) fn choose<'a>(variants: &'a [Variant], wanted: Option<&str>) -> Choice<'a> {
    let named = |wanted: &str| variants.iter().find(|variant| variant.is(wanted));
    match (wanted, variants) {
        (Some(wanted), _) => named(wanted).map_or(Choice::None, Choice::One),
        (None, []) => Choice::None,
        (None, [only]) => Choice::One(only),
        (None, [_, _, ..]) => named("Q4_K_M")
            .or_else(|| named("Q8_0"))
            .map_or(Choice::Several, Choice::One),
    }
}

/// `NAME-00001-of-00003` as the name and the two numbers.
fn split_suffix(stem: &str) -> Option<(&str, u32, u32)> {
    let (rest, total) = stem.rsplit_once("-of-")?;
    let (name, part) = rest.rsplit_once('-')?;
    let number = |text: &str| (text.len() == 5).then(|| text.parse::<u32>().ok()).flatten();
    let (part, total) = (number(part)?, number(total)?);
    (1..=total).contains(&part).then_some((name, part, total))
}

/// Whether `word` stands in `text` between hyphens, dots or the ends; before it an underscore will do.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        before.is_none_or(|c| matches!(c, '-' | '.' | '_')) && after.is_none_or(|c| matches!(c, '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(files: &[&str], wanted: Option<&str>) -> String {
        let variants = variants(files.iter().copied());
        match choose(&variants, wanted) {
            Choice::One(variant) => variant.parts().join(" "),
            Choice::None => "none".to_owned(),
            Choice::Several => "several".to_owned(),
        }
    }

    #[test]
    fn the_wish_decides_else_the_usual_size_else_the_only_file() {
        let files = [
            "README.md",
            "mmproj-F16.gguf",
            "m-Q4_K_M.gguf",
            "m-Q4_K_S.gguf",
            "m-UD-Q4_K_M.gguf",
            "m.Q8_0.gguf",
            "m-BF16.gguf",
            "m_f16.gguf",
            "big/m-Q6_K-00002-of-00002.gguf",
            "big/m-Q6_K-00001-of-00002.gguf",
            "m-Q5_K-00001-of-00002.gguf",
        ];
        assert_eq!(chosen(&files, None), "m-Q4_K_M.gguf");
        assert_eq!(chosen(&files, Some("q4_k_s")), "m-Q4_K_S.gguf");
        assert_eq!(chosen(&files, Some("F16")), "m_f16.gguf");
        assert_eq!(chosen(&files, Some("Q8_0")), "m.Q8_0.gguf");
        assert_eq!(chosen(&files, Some("m-UD-Q4_K_M.gguf")), "m-UD-Q4_K_M.gguf");
        assert_eq!(
            chosen(&files, Some("Q6_K")),
            "big/m-Q6_K-00001-of-00002.gguf big/m-Q6_K-00002-of-00002.gguf"
        );
        assert_eq!(chosen(&files, Some("Q4_K")), "none", "a part of a word is another word");
        assert_eq!(chosen(&files, Some("Q5_K")), "none", "half a model is none");
        assert_eq!(chosen(&["m-Q2_K.gguf", "m.Q8_0.gguf"], None), "m.Q8_0.gguf");
        assert_eq!(chosen(&["m-Q2_K.gguf", "m-Q3_K.gguf"], None), "several");
        assert_eq!(chosen(&["m-Q2_K.gguf", "mmproj-m.gguf"], None), "m-Q2_K.gguf");
        assert_eq!(chosen(&["model.safetensors"], None), "none");
    }
}
