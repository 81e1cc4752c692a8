use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use antiphon_outbound::{Error, Outbound};
use http::{Method, StatusCode};
use tokio::sync::OnceCell;
use url::Url;

use super::page::Failure;

/// How much of a robots.txt is read; the standard (RFC 9309) asks for no less.
const MAX_BYTES: usize = 512 << 10;

/// How many rules of a robots.txt count.
const MAX_RULES: usize = 5_000;

const UNREADABLE: &str = "the site's robots.txt cannot be read, so nothing else is";

/// The robots.txt files of the sites that a turn visits, each fetched once.
pub(super) struct RobotsFiles {
    outbound: Outbound,
    agent: Option<String>,
    sites: Mutex<HashMap<String, Arc<OnceCell<Robots>>>>,
}

/// What a site allows.
enum Robots {
    Everything,
    /// With what the model is told.
    Nothing(String),
    ByRules(Vec<Rule>),
}

/// The rule with the longest path that matches decides.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    path: String,
    allow: bool,
}

impl RobotsFiles {
    pub(super) fn new(outbound: Outbound, agent: Option<String>) -> Self {
        Self {
            outbound,
            agent,
            sites: Mutex::default(),
        }
    }

    /// Asks the site's robots.txt for a URL.
    ///
    /// # Errors
    /// It forbids the URL, or it should be there and cannot be read.
    pub(super) async fn allow(&self, url: &Url) -> Result<(), Failure> {
        let Some(agent) = &self.agent else { return Ok(()) };
        let site = url.origin().ascii_serialization();
        let cell = Arc::clone(
            self.sites
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(site)
                .or_default(),
        );
        match cell.get_or_init(|| self.fetch(agent, url)).await {
            Robots::Everything => Ok(()),
            Robots::Nothing(reason) => Err(Failure::error(reason)),
            Robots::ByRules(rules) if allows(rules, &url[url::Position::BeforePath..url::Position::AfterQuery]) => {
                Ok(())
            }
            Robots::ByRules(_) => Err(Failure::error("the site's robots.txt does not allow it to be read")),
        }
    }

    async fn fetch(&self, agent: &str, url: &Url) -> Robots {
        let mut place = url.clone();
        place.set_path("/robots.txt");
        place.set_query(None);
        place.set_fragment(None);
        let fetched = match self.outbound.request(Method::GET, place) {
            Ok(request) => self.outbound.fetch(request, MAX_BYTES).await,
            Err(refusal) => Err(Error::from(refusal)),
        };
        match fetched {
            Ok(file) if file.status.is_success() => Robots::ByRules(parse(&String::from_utf8_lossy(&file.body), agent)),
            Ok(file) if file.status == StatusCode::TOO_MANY_REQUESTS || file.status.is_server_error() => {
                Robots::Nothing(UNREADABLE.to_owned())
            }
            // Nothing there, or what is there is not for us: no rules.
            Ok(_) | Err(Error::TooManyRedirects { .. }) => Robots::Everything,
            // The page itself is refused likewise, and says better why.
            Err(Error::Refused(_)) => Robots::Everything,
            // It is the site that cannot be reached, not this file of it.
            Err(error @ (Error::Dns { .. } | Error::Connect { .. } | Error::TimedOut { .. })) => {
                Robots::Nothing(error.to_string())
            }
            Err(_) => Robots::Nothing(UNREADABLE.to_owned()),
        }
    }
}

/// The rules for `agent`: of the groups that name it, else of those for everyone.
fn parse(file: &str, agent: &str) -> Vec<Rule> {
    let mut ours = None;
    let mut everyones = Vec::new();
    // Which of the two the current group belongs to, and whether its agents are still being named.
    let (mut is_ours, mut is_everyones, mut naming) = (false, false, false);
    for line in file.trim_start_matches('\u{feff}').lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let allow = match key.as_str() {
            "user-agent" => {
                if !naming {
                    (is_ours, is_everyones, naming) = (false, false, true);
                }
                is_everyones |= value == "*";
                if product(value).eq_ignore_ascii_case(agent) {
                    is_ours = true;
                    // A group for us counts even if it has no rules.
                    ours.get_or_insert_with(Vec::new);
                }
                continue;
            }
            "allow" => true,
            "disallow" => false,
            // Other records, such as a site map, end no group.
            _ => continue,
        };
        naming = false;
        if value.is_empty() {
            continue;
        }
        let rule = || Rule {
            path: escaped(value),
            allow,
        };
        if is_ours && let Some(ours) = ours.as_mut().filter(|rules: &&mut Vec<Rule>| rules.len() < MAX_RULES) {
            ours.push(rule());
        }
        if is_everyones && everyones.len() < MAX_RULES {
            everyones.push(rule());
        }
    }
    ours.unwrap_or(everyones)
}

/// The name at the beginning, such as `antiphon` of `antiphon/1.0`.
fn product(value: &str) -> &str {
    let end = value.find(|character: char| !(character.is_ascii_alphabetic() || matches!(character, '-' | '_')));
    &value[..end.unwrap_or(value.len())]
}

/// As a URL is written: only what is not ASCII is escaped.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                escaped.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    escaped
}

fn allows(rules: &[Rule], path: &str) -> bool {
    if path == "/robots.txt" {
        return true;
    }
    rules
        .iter()
        .filter(|rule| matches(&rule.path, path))
        // Of two as long the one that allows.
        .max_by_key(|rule| (rule.path.len(), rule.allow))
        .is_none_or(|rule| rule.allow)
}

/// Whether a pattern matches the beginning of a path; `*` stands for anything, `$` at the end for the end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        // The last part must reach the end where one is asked for, so it is looked for from there.
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    match (last, to_the_end) {
        (Some(part), true) => rest.ends_with(part),
        (Some(part), false) => rest.contains(part),
        (None, true) => rest.is_empty(),
        (None, false) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(file: &str, path: &str) -> bool {
        allows(&parse(file, "antiphon"), path)
    }

    #[test]
    fn the_longest_rule_decides_and_of_two_the_one_that_allows() {
        let file = "User-agent: *\nDisallow: /private\nAllow: /private/open # here\nDisallow: /same\nAllow: /same\n";
        assert!(allowed(file, "/"));
        assert!(!allowed(file, "/private"));
        assert!(!allowed(file, "/private/x?y"));
        assert!(allowed(file, "/private/open/x"));
        assert!(allowed(file, "/same"));
        assert!(allowed("User-agent: *\nDisallow: /\n", "/robots.txt"));
    }

    #[test]
    fn a_group_for_us_replaces_the_one_for_everyone() {
        let file =
            "User-agent: *\nDisallow: /\n\nUser-agent: Antiphon/2\nUser-agent: other\nSitemap: x\nDisallow: /a\n";
        assert!(allowed(file, "/b"));
        assert!(!allowed(file, "/a"));
        assert!(!allowed(
            "user-agent: antiphonal\nallow: /\nuser-agent: *\ndisallow: /\n",
            "/"
        ));
        assert!(allowed(
            "User-agent: antiphon\nDisallow:\n\nUser-agent: *\nDisallow: /\n",
            "/"
        ));
    }

    #[test]
    fn patterns_match_as_the_standard_says() {
        let cases = [
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/*.php", "/a/b.php?x", true),
            ("/*.php$", "/a/b.php?x", false),
            ("/*.php$", "/a.php/b.php", true),
            ("/a*b*c", "/a-b-c-d", true),
            ("/a*b*c", "/a-c-b", false),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("*", "/", true),
            ("/ü", "/%C3%BC", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(&escaped(pattern), path), expected, "{pattern} {path}");
        }
    }
}
