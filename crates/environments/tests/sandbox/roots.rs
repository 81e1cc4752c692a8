//! Systems other than the machine's: a folder, or a tar file of one.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use antiphon_environments::{Command, Ending, Error, RootTree, SandboxPolicy, Tier};
use tar::{Builder, EntryType, Header};

use crate::harness::{Harness, shell, text};

/// A folder with a shell, the libraries that it names, and a file of its own.
fn make_root(root: &Path) {
    std::fs::create_dir_all(root.join("etc")).unwrap();
    std::fs::write(root.join("etc/release"), "another system\n").unwrap();
    let libraries = std::process::Command::new("ldd").arg("/bin/sh").output().unwrap();
    let libraries = String::from_utf8(libraries.stdout).unwrap();
    let files = libraries.split_whitespace().filter(|word| word.starts_with('/'));
    for file in files.chain(["/bin/sh"]) {
        let copy = root.join(file.trim_start_matches('/'));
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(file, copy).unwrap();
    }
}

async fn is_the_root(harness: &Harness, name: &str, root: RootTree) {
    let policy = SandboxPolicy {
        root,
        ..SandboxPolicy::default()
    };
    let environment = harness.open(name, policy).await;
    let script = "read line < /etc/release; echo $line; echo kept > file; echo x > /etc/new";
    let outcome = environment.run(shell(script)).await.unwrap();
    assert_eq!((text(&outcome), outcome.ending), ("another system", Ending::Exited(2)));
    let host = environment.run(Command::new(["python3", "-c", "pass"])).await;
    assert!(matches!(host, Err(Error::NotStarted { .. })), "{host:?}");
}

#[tokio::test]
async fn a_folder_can_be_the_root() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let root = harness.folder.path().join("root");
    make_root(&root);
    is_the_root(&harness, "folder", RootTree::Folder(root)).await;
}

#[tokio::test]
async fn a_tar_file_can_be_the_root_and_is_unpacked_once() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let root = harness.folder.path().join("root");
    make_root(&root);
    let path = harness.folder.path().join("root.tar");
    let mut tar = Builder::new(File::create(&path).unwrap());
    tar.follow_symlinks(false);
    tar.append_dir_all(".", &root).unwrap();
    // Systems carry these; the sandbox has its own.
    append(&mut tar, "dev/sda", EntryType::Block, "");
    append(&mut tar, "etc/link", EntryType::Symlink, "/etc/release");
    tar.into_inner().unwrap().sync_all().unwrap();
    // The folders above may be closed to everybody else.
    let closed = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(harness.folder.path(), closed).unwrap();
    is_the_root(&harness, "first", RootTree::Tar(path.clone())).await;
    let roots: Vec<PathBuf> = unpacked(&harness);
    let [unpacked_root] = roots.as_slice() else {
        panic!("{roots:?}")
    };
    assert!(!unpacked_root.join("dev/sda").exists());
    std::fs::write(unpacked_root.join("mark"), "").unwrap();
    let copy = harness.folder.path().join("copy.tar");
    std::fs::copy(path, &copy).unwrap();
    is_the_root(&harness, "second", RootTree::Tar(copy)).await;
    assert!(unpacked_root.join("mark").exists());
    assert_eq!(unpacked(&harness).len(), 1);
}

#[tokio::test]
async fn a_tar_file_that_reaches_out_is_refused() {
    let Some(harness) = Harness::with(Tier::Namespaces, |config| config.root_bytes = 1000).await else {
        return;
    };
    let outside = harness.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let link = outside.to_str().unwrap().to_owned();
    for (number, (entries, part)) in [
        (vec![("../../../outside/file", EntryType::Regular, "text")], "`..`"),
        (
            vec![
                ("out", EntryType::Symlink, &*link),
                ("out/file", EntryType::Regular, "text"),
            ],
            "outside of destination",
        ),
        (vec![("etc/file", EntryType::Link, &*link)], "outside of destination"),
        (vec![("etc/device", EntryType::Char, "")], "no file, folder or link"),
        (vec![("etc/pipe", EntryType::Fifo, "")], "no file, folder or link"),
        (
            vec![("large", EntryType::Regular, &*"x".repeat(1001))],
            "more than 1000 bytes",
        ),
        (vec![], "empty or no uncompressed tar"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = harness.folder.path().join(format!("{number}.tar"));
        let mut tar = Builder::new(File::create(&path).unwrap());
        append(&mut tar, "etc/first", EntryType::Regular, "x");
        for (name, kind, content) in &entries {
            append(&mut tar, name, *kind, content);
        }
        tar.into_inner().unwrap().sync_all().unwrap();
        if entries.is_empty() {
            std::fs::write(&path, "").unwrap();
        }
        let policy = SandboxPolicy {
            root: RootTree::Tar(path),
            ..SandboxPolicy::default()
        };
        let environment = harness.open(&format!("root-{number}"), policy).await;
        let error = environment.run(shell("true")).await.unwrap_err();
        let cause = std::error::Error::source(&error).map(|source| format!("{source:?}"));
        assert!(
            matches!(
                error,
                Error::File {
                    action: "unpack the root",
                    ..
                }
            ),
            "{error}"
        );
        assert!(format!("{error} {cause:?}").contains(part), "{part}: {error} {cause:?}");
        assert!(unpacked(&harness).is_empty());
    }
    assert_eq!(std::fs::read_dir(outside).unwrap().count(), 0);
}

fn unpacked(harness: &Harness) -> Vec<PathBuf> {
    let roots = std::fs::read_dir(harness.config.directory.join(".roots")).unwrap();
    roots.map(|entry| entry.unwrap().path()).collect()
}

/// Adds an entry whose name and link nobody checks.
fn append(tar: &mut Builder<File>, name: &str, kind: EntryType, content: &str) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    let data = if kind == EntryType::Regular { content } else { "" };
    if kind != EntryType::Regular {
        old.linkname[..content.len()].copy_from_slice(content.as_bytes());
    }
    header.set_size(data.len() as u64);
    header.set_cksum();
    tar.append(&header, data.as_bytes()).unwrap();
}
