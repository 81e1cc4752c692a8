use std::collections::HashSet;

use super::Hit;

/// The best of several lists, by rank in turn, each page once, at most `limit`.
pub(super) fn merge(lists: Vec<Vec<Hit>>, limit: usize) -> Vec<Hit> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut seen = HashSet::new();
    let mut merged = Vec::new();
    loop {
        let mut any = false;
        for list in &mut lists {
            let Some(hit) = list.next() else {
                continue;
            };
            any = true;
            if merged.len() < limit && seen.insert(page(&hit)) {
                merged.push(hit);
            }
        }
        if !any || merged.len() == limit {
            return merged;
        }
    }
}

/// What two addresses of the same page have in common.
fn page(hit: &Hit) -> String {
    let url = hit.image.as_ref().unwrap_or(&hit.url);
    if url.scheme() == "file" {
        return url.path().to_owned();
    }
    let host = url.host_str().unwrap_or_default();
    let mut page = host.strip_prefix("www.").unwrap_or(host).to_owned();
    if let Some(port) = url.port() {
        page.push_str(&format!(":{port}"));
    }
    page.push_str(url.path().trim_end_matches('/'));
    let mut separator = '?';
    for (name, value) in url.query_pairs().filter(|(name, _)| !is_tracking(name)) {
        page.push(separator);
        page.push_str(&name);
        page.push('=');
        page.push_str(&value);
        separator = '&';
    }
    page
}

fn is_tracking(parameter: &str) -> bool {
    parameter.starts_with("utm_") || matches!(parameter, "gclid" | "fbclid" | "msclkid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(urls: &[&str]) -> Vec<Hit> {
        urls.iter().map(|url| Hit::web(url, "", "").unwrap()).collect()
    }

    #[test]
    fn lists_take_turns_and_a_page_counts_once() {
        let merged = merge(
            vec![
                hits(&[
                    "https://a.example/x/",
                    "https://b.example/?id=1&utm_source=n",
                    "https://c.example/",
                ]),
                hits(&[
                    "http://www.A.example:80/x#part",
                    "https://b.example/?id=2",
                    "https://b.example/?id=1",
                ]),
                hits(&["https://d.example/"]),
            ],
            4,
        );
        let urls: Vec<&str> = merged.iter().map(|hit| hit.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://a.example/x/",
                "https://d.example/",
                "https://b.example/?id=1&utm_source=n",
                "https://b.example/?id=2",
            ]
        );
    }

    #[test]
    fn only_addresses_of_the_web_are_hits() {
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,x",
            "/x",
            "",
        ] {
            assert_eq!(Hit::web(url, "t", "s"), None, "{url}");
        }
    }
}
