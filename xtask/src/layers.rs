//! Which crate of the workspace may depend on which.
//!
//! The vocabulary knows nobody; engines and stores know the vocabulary; the turn engine knows their
//! traits; HTTP knows the turn engine's handle; only the server names concrete engines and stores.

use std::fmt;

use serde::Deserialize;

use crate::error::Error;

/// The prefix of our packages; the table and the directories go without it.
const PREFIX: &str = "antiphon-";

/// The crate that every other may use in its tests, and no other may ship.
const TESTKIT: &str = "testkit";

/// What a crate may depend on.
enum Allowed {
    /// The crates named.
    Only(&'static [&'static str]),
    /// Every crate but the testkit.
    AnyShipped,
    /// Every crate.
    Any,
}

/// One line per crate. A new crate needs a line here before it may depend on anything of ours.
const TABLE: &[(&str, Allowed)] = &[
    ("interaction", Allowed::Only(&[])),
    ("sse", Allowed::Only(&[])),
    ("store", Allowed::Only(&["interaction"])),
    ("store-sqlite", Allowed::Only(&["interaction", "store"])),
    ("store-postgres", Allowed::Only(&["interaction", "store"])),
    ("store-blobs", Allowed::Only(&["interaction", "store"])),
    ("store-encrypted", Allowed::Only(&["interaction", "store"])),
    ("jobs", Allowed::Only(&["interaction", "store"])),
    ("model-engine", Allowed::Only(&["interaction", "sse"])),
    ("model-engine-local", Allowed::Only(&["interaction", "model-engine"])),
    ("outbound", Allowed::Only(&[])),
    (
        "tools",
        Allowed::Only(&["environments", "interaction", "model-engine", "outbound"]),
    ),
    (
        "turn-engine",
        Allowed::Only(&["interaction", "jobs", "model-engine", "store", "tools"]),
    ),
    ("webhooks", Allowed::Only(&["interaction", "jobs", "outbound", "store"])),
    (
        "http-api",
        Allowed::Only(&["interaction", "model-engine", "store", "turn-engine", "webhooks"]),
    ),
    ("client", Allowed::Only(&["interaction", "sse"])),
    ("environments", Allowed::Only(&["interaction", "outbound"])),
    ("server", Allowed::AnyShipped),
    (
        "bench",
        Allowed::Only(&[
            "environments",
            "interaction",
            "model-engine",
            "model-engine-local",
            "sse",
        ]),
    ),
    (TESTKIT, Allowed::Any),
    ("xtask", Allowed::Only(&[])),
];

/// What a crate's tests may use beyond its line in [`TABLE`].
const IN_TESTS: &[(&str, &str)] = &[
    // Its crash and durability tests need a store that outlives the process.
    ("turn-engine", "store-sqlite"),
    // Their tests look into the file of a real store, and at the two in one stack.
    ("store-blobs", "store-sqlite"),
    ("store-encrypted", "store-sqlite"),
    ("store-encrypted", "store-blobs"),
    // Its tests send pings to a receiver on this machine, which has to be allow-listed.
    ("http-api", "outbound"),
    ("jobs", "store-sqlite"),
];

/// The packages of the workspace, as `cargo metadata --no-deps` tells them.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    kind: Option<String>,
}

impl Workspace {
    /// Reads the JSON of `cargo metadata --no-deps --format-version 1`.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        Ok(serde_json::from_slice(json)?)
    }

    /// How many packages the workspace has.
    pub fn len(&self) -> usize {
        self.packages.len()
    }
}

/// One thing that the table does not allow.
#[derive(Debug, PartialEq, Eq)]
pub enum Violation {
    /// A crate that the table does not name.
    UnknownCrate(String),
    /// A dependency that the table does not allow.
    Edge {
        /// The crate whose `Cargo.toml` has the dependency.
        from: String,
        /// What it depends on.
        to: String,
    },
    /// The testkit outside `[dev-dependencies]`.
    ShippedTestkit(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCrate(name) => write!(
                formatter,
                "{name} has no line in the table of xtask/src/layers.rs: say there what it may depend on"
            ),
            Self::Edge { from, to } => write!(
                formatter,
                "{from} must not depend on {to}: move the code, or put a trait where both can see it"
            ),
            Self::ShippedTestkit(from) => {
                write!(formatter, "{from} may name {TESTKIT} under [dev-dependencies] only")
            }
        }
    }
}

/// Every violation in the workspace, in the order of its packages.
pub fn violations(workspace: &Workspace) -> Vec<Violation> {
    let ours: Vec<&str> = workspace.packages.iter().map(|package| short(&package.name)).collect();
    let mut found = Vec::new();
    for package in &workspace.packages {
        let from = short(&package.name);
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == from) else {
            found.push(Violation::UnknownCrate(from.to_owned()));
            continue;
        };
        for dependency in &package.dependencies {
            let to = short(&dependency.name);
            if ours.contains(&to) {
                found.extend(judge(from, to, dependency.kind.as_deref(), allowed));
            }
        }
    }
    found
}

fn judge(from: &str, to: &str, kind: Option<&str>, allowed: &Allowed) -> Option<Violation> {
    let in_tests = kind == Some("dev");
    if to == TESTKIT {
        return (!in_tests).then(|| Violation::ShippedTestkit(from.to_owned()));
    }
    // A crate may name itself in its tests, to switch on one of its own features.
    let fine = (in_tests && (from == to || IN_TESTS.contains(&(from, to))))
        || match allowed {
            Allowed::Only(names) => names.contains(&to),
            Allowed::AnyShipped | Allowed::Any => true,
        };
    (!fine).then(|| Violation::Edge {
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

fn short(package: &str) -> &str {
    package.strip_prefix(PREFIX).unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package's name and its dependencies, each with its kind.
    type PackageLine<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

    fn workspace(packages: &[PackageLine<'_>]) -> Workspace {
        let packages: Vec<serde_json::Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<serde_json::Value> = dependencies
                    .iter()
                    .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind, "req": "*"}))
                    .collect();
                serde_json::json!({"name": name, "version": "0.1.0", "dependencies": dependencies})
            })
            .collect();
        Workspace::parse(serde_json::json!({ "packages": packages }).to_string().as_bytes()).unwrap()
    }

    fn edge(from: &str, to: &str) -> Violation {
        Violation::Edge {
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    #[test]
    fn edges_of_the_table_pass() {
        let fine = workspace(&[
            ("antiphon-interaction", &[("serde", None)]),
            (
                "antiphon-store",
                &[("antiphon-interaction", None), ("antiphon-store", Some("dev"))],
            ),
            (
                "antiphon-http-api",
                &[("antiphon-store", None), ("antiphon-testkit", Some("dev"))],
            ),
            ("antiphon-store-sqlite", &[]),
            ("antiphon-turn-engine", &[("antiphon-store-sqlite", Some("dev"))]),
            (
                "antiphon-server",
                &[("antiphon-http-api", None), ("antiphon-store", Some("build"))],
            ),
            ("antiphon-testkit", &[("antiphon-server", None)]),
        ]);
        assert_eq!(violations(&fine), []);
    }

    #[test]
    fn an_edge_upwards_is_refused_in_code_tests_and_build_scripts() {
        let wrong = workspace(&[
            ("antiphon-interaction", &[("antiphon-store", None)]),
            ("antiphon-store", &[("antiphon-http-api", Some("dev"))]),
            ("antiphon-http-api", &[("antiphon-interaction", Some("build"))]),
            ("xtask", &[("antiphon-interaction", None)]),
            ("antiphon-store-sqlite", &[]),
            ("antiphon-turn-engine", &[("antiphon-store-sqlite", None)]),
        ]);
        assert_eq!(
            violations(&wrong),
            [
                edge("interaction", "store"),
                edge("store", "http-api"),
                edge("xtask", "interaction"),
                edge("turn-engine", "store-sqlite"),
            ]
        );
    }

    #[test]
    fn the_testkit_is_never_shipped() {
        let wrong = workspace(&[
            ("antiphon-server", &[("antiphon-testkit", None)]),
            ("antiphon-client", &[("antiphon-testkit", Some("dev"))]),
            ("antiphon-testkit", &[]),
        ]);
        assert_eq!(violations(&wrong), [Violation::ShippedTestkit("server".to_owned())]);
    }

    #[test]
    fn a_crate_without_a_line_is_named() {
        let wrong = workspace(&[("antiphon-helpers", &[])]);
        assert_eq!(violations(&wrong), [Violation::UnknownCrate("helpers".to_owned())]);
    }
}
