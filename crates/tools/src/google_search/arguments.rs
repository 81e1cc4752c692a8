use antiphon_interaction::Json;
use serde_json::Value;

/// The most queries of a call.
pub(super) const MAX_QUERIES: usize = 5;
/// The most characters of a query.
pub(super) const MAX_QUERY_CHARACTERS: usize = 400;

/// The queries of a call: `queries`, a list. Small models also write one text, or call it `query`.
///
/// # Errors
/// What is wrong, for the model.
pub(super) fn queries(arguments: &Json) -> Result<Vec<String>, String> {
    let arguments = arguments.value();
    let given = ["queries", "query"].iter().find_map(|name| arguments.get(name));
    let texts: Option<Vec<&str>> = match given {
        Some(Value::String(text)) => Some(vec![text]),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let Some(texts) = texts else {
        return Err(
            r#"Give `queries`, a list of 1 to 5 texts, such as {"queries": ["height of Mount Everest"]}."#.to_owned(),
        );
    };
    let mut queries: Vec<String> = Vec::new();
    for text in texts {
        let query = text.trim();
        if query.is_empty() || queries.iter().any(|other| other == query) {
            continue;
        }
        if query.chars().count() > MAX_QUERY_CHARACTERS {
            return Err(format!(
                "A query may have at most {MAX_QUERY_CHARACTERS} characters: ask for the few words that matter."
            ));
        }
        queries.push(query.to_owned());
    }
    match queries.len() {
        0 => Err("All of `queries` are empty: say what to search for.".to_owned()),
        1..=MAX_QUERIES => Ok(queries),
        count => Err(format!(
            "{count} queries are too many: give at most {MAX_QUERIES}, the most important ones."
        )),
    }
}
