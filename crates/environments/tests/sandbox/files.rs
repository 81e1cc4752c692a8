//! The workspace as the server reads and writes it, with hostile things in it.

use std::path::Path;

use antiphon_environments::{EnvironmentId, EnvironmentProvider, Error, SandboxPolicy, Tier};

use crate::harness::{Harness, python, shell, text};

#[tokio::test]
async fn links_pipes_and_ways_out_are_refused() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("files", SandboxPolicy::default()).await;
    let outside = harness.folder.path().join("outside");
    std::fs::write(&outside, "secret").unwrap();
    let script = format!(
        "ln -s {outside} link; ln -s / root; ln -s {folder} up; mkfifo pipe; mkdir folder; echo fine > folder/file",
        outside = outside.display(),
        folder = harness.folder.path().display()
    );
    assert!(environment.run(shell(&script)).await.unwrap().ending.is_success());

    for path in [
        "link",
        "up/outside",
        "root/etc/passwd",
        "pipe",
        "folder",
        "../files/folder/file",
        "/etc/passwd",
        "",
    ] {
        let read = environment.read_file(Path::new(path), 100).await;
        assert!(read.is_err(), "{path} was read");
        let written = environment.write_file(Path::new(path), b"x".to_vec()).await;
        assert!(written.is_err(), "{path} was written");
    }
    assert_eq!(std::fs::read(&outside).unwrap(), b"secret");
    assert_eq!(
        environment.read_file(Path::new("folder/./file"), 5).await.unwrap(),
        b"fine\n"
    );
    let large = environment.read_file(Path::new("folder/file"), 4).await;
    assert!(
        matches!(large, Err(Error::FileTooLarge { bytes: 5, limit: 4, .. })),
        "{large:?}"
    );
    let files = environment.files(10).await.unwrap();
    let paths: Vec<_> = files
        .iter()
        .map(|file| (file.path.to_str().unwrap(), file.bytes))
        .collect();
    assert_eq!(paths, [("folder/file", 5)]);
}

#[tokio::test]
async fn commands_own_what_the_server_writes() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("owned", SandboxPolicy::default()).await;
    let path = Path::new("a/b/data");
    environment.write_file(path, b"long content".to_vec()).await.unwrap();
    environment.write_file(path, b"new".to_vec()).await.unwrap();
    let outcome = environment
        .run(shell("cat a/b/data; echo + >> a/b/data; mv a c"))
        .await
        .unwrap();
    assert_eq!(text(&outcome), "new");
    let content = environment.read_file(Path::new("c/b/data"), 100).await.unwrap();
    assert_eq!(content, b"new+\n");
}

/// A tree deeper than a path may be long, closed to its owner on the way.
#[tokio::test]
async fn a_hostile_tree_can_be_deleted() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("deep", SandboxPolicy::default()).await;
    let script = r#"
import os
os.mkdir("closed"); open("closed/file", "w"); os.mkdir("closed/inner"); os.chmod("closed/inner", 0); os.chmod("closed", 0)
for i in range(3000):
    os.mkdir("ddddddddd"); os.chdir("ddddddddd")
open("bottom", "w")
"#;
    environment.run(python(script)).await.unwrap();
    let id = EnvironmentId::new("deep").unwrap();
    harness.provider.delete(id.clone()).await.unwrap();
    let left = std::fs::read_dir(harness.folder.path().join("environments")).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != ".probe")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(matches!(environment.run(shell("true")).await, Err(Error::Closed)));
    harness.provider.delete(id).await.unwrap();
}
