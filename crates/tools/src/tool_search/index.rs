use std::collections::HashMap;

/// How much a word counts by where it stands: name, short description, description.
const WEIGHTS: [f64; 3] = [3.0, 2.0, 1.0];
/// The usual constants of BM25: how soon repetition stops counting, and how much length counts.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// Finds texts by their words (BM25).
pub(super) struct Index {
    documents: Vec<Document>,
    mean_length: f64,
}

struct Document {
    /// How often a word stands in it, weighted.
    words: HashMap<String, f64>,
    length: f64,
}

impl Index {
    /// Each document is a name, a short description and a description.
    pub(super) fn new<'a>(documents: impl Iterator<Item = [&'a str; 3]>) -> Self {
        let documents: Vec<Document> = documents.map(Document::new).collect();
        let total: f64 = documents.iter().map(|document| document.length).sum();
        Self {
            mean_length: total / documents.len().max(1) as f64,
            documents,
        }
    }

    /// The positions of the documents that share a word with the query, best first; of equals the earlier first.
    pub(super) fn search(&self, query: &str) -> Vec<usize> {
        let mut terms = words(query);
        terms.sort_unstable();
        terms.dedup();
        let mut found: Vec<(usize, f64)> = Vec::new();
        for (position, document) in self.documents.iter().enumerate() {
            let score: f64 = terms.iter().map(|term| self.score(document, term)).sum();
            if score > 0.0 {
                found.push((position, score));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.into_iter().map(|(position, _)| position).collect()
    }

    fn score(&self, document: &Document, term: &str) -> f64 {
        let Some(count) = document.words.get(term) else {
            return 0.0;
        };
        let all = self.documents.len() as f64;
        let holding = self
            .documents
            .iter()
            .filter(|document| document.words.contains_key(term))
            .count() as f64;
        let rarity = (1.0 + (all - holding + 0.5) / (holding + 0.5)).ln();
        let length = 1.0 - LENGTH + LENGTH * document.length / self.mean_length;
        rarity * count * (SATURATION + 1.0) / (count + SATURATION * length)
    }
}

impl Document {
    fn new(fields: [&str; 3]) -> Self {
        let mut counts = HashMap::new();
        let mut length = 0.0;
        for (field, weight) in fields.into_iter().zip(WEIGHTS) {
            for word in words(field) {
                *counts.entry(word).or_insert(0.0) += weight;
                length += weight;
            }
        }
        Self { words: counts, length }
    }
}

/// The words of a text in lower case, without a plural's `s`; `getWeather` and `get_weather` are two words each.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_lower = false;
    for character in text.chars() {
        let ends = !character.is_alphanumeric() || (after_lower && character.is_uppercase());
        if ends && !word.is_empty() {
            words.push(stem(std::mem::take(&mut word)));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        after_lower = character.is_lowercase();
    }
    if !word.is_empty() {
        words.push(stem(word));
    }
    words
}

fn stem(mut word: String) -> String {
    if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first_and_what_shares_no_word_not_at_all() {
        let index = Index::new(
            [
                ["get_weather", "", "The weather of a city, with its temperature."],
                ["sendEmails", "send mail", "Sends a message to a person."],
                ["list_cities", "", "Lists the cities that have a weather station."],
            ]
            .into_iter(),
        );
        assert_eq!(index.search("weather in which city?"), [0, 2]);
        assert_eq!(index.search("EMAIL"), [1]);
        assert_eq!(index.search("flights"), [0; 0]);
        assert_eq!(index.search(""), [0; 0]);
        assert_eq!(Index::new(std::iter::empty()).search("a"), [0; 0]);
    }
}
