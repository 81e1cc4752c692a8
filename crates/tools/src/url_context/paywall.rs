use dom_query::Document;
use serde_json::Value;

/// Whether a page says, in the vocabulary of schema.org, that it is not free to read.
pub(super) fn is_paywalled(document: &Document) -> bool {
    let marked = document.select(r#"[itemprop="isAccessibleForFree"]"#);
    if marked
        .nodes()
        .iter()
        .any(|node| is_false(&node.attr("content").unwrap_or_else(|| node.text())))
    {
        return true;
    }
    let scripts = document.select(r#"script[type="application/ld+json"]"#);
    scripts
        .nodes()
        .iter()
        .any(|script| match serde_json::from_str(&script.text()) {
            Ok(data) => says_so(&data),
            Err(_) => false,
        })
}

/// Looks at the thing described, or at each of several; its parts may be paid for without the whole being so.
fn says_so(data: &Value) -> bool {
    match data {
        Value::Array(several) => several.iter().any(says_so),
        Value::Object(thing) => {
            let free = match thing.get("isAccessibleForFree") {
                Some(Value::Bool(free)) => *free,
                Some(Value::String(text)) => !is_false(text),
                _ => true,
            };
            !free || thing.get("@graph").is_some_and(says_so)
        }
        _ => false,
    }
}

/// `false`, `False` or schema.org's own URL of it.
fn is_false(text: &str) -> bool {
    let last = text.trim().rsplit('/').next().unwrap_or_default();
    last.eq_ignore_ascii_case("false")
}
