/// How much of two names has to be the same.
const NEAR: f64 = 0.7;
/// The shortest name that is looked for inside of another.
const SHORTEST_PART: usize = 3;

/// The one of `names` that was probably meant by `name`.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let within = |part: &str, whole: &str| part.len() >= SHORTEST_PART && whole.contains(part);
    names
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .filter(|(likeness, candidate)| *likeness >= NEAR || within(name, candidate) || within(candidate, name))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_parts_are_near_and_other_names_are_not() {
        let names = ["code_execution", "google_search", "mcp_server"];
        for (name, meant) in [
            ("code_exec", Some("code_execution")),
            ("google_search_retrieval", Some("google_search")),
            ("mcp_sever", Some("mcp_server")),
            ("er", None),
            ("bash", None),
        ] {
            assert_eq!(nearest(name, names), meant, "{name}");
        }
    }
}
