//! The files that a tier 1 sandbox sees.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{chdir, pivot_root};

use super::message::Setup;
use super::{Failure, step};

const NONE: Option<&str> = None;

/// Where the new root is put together. Every Linux has it, and nothing is ever bound from it: the workspace is reached
/// through the working directory and a folder root through a descriptor.
const STAGE: &str = "/tmp";

/// What of the machine's root is shown: directories are bound, symbolic links made again.
const SYSTEM: &[&str] = &["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// What of the machine's `/etc` programs need to start and to be themselves. None of it is secret.
pub const SYSTEM_CONFIGURATION: &[&str] = &[
    "alternatives",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "magic",
    "mime.types",
    "python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "R",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
];

/// What the sandbox makes itself, whatever a folder root holds there.
const OWN: &[&str] = &["dev", "proc", "sys", "run", "tmp", "workspace"];

/// Files of `/proc` that tell of the whole machine. Most answer only root; here none does.
const MASKED: &[&str] = &[
    "kallsyms",
    "kcore",
    "keys",
    "latency_stats",
    "sched_debug",
    "timer_list",
];

/// The device files, all harmless.
pub const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];

/// Builds the tree, makes it the root and enters the workspace. The working directory must be the workspace.
pub fn enter(setup: &Setup) -> Result<(), Failure> {
    step(
        "make mounts private",
        mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE),
    )?;
    // Opened first, to be found below the stage too.
    let root = setup.root.as_deref().map(open_root).transpose()?;
    let stage = Path::new(STAGE);
    tmpfs(stage, "size=16m,nr_inodes=4096,mode=755")?;
    for name in OWN.iter().filter(|name| **name != "sys") {
        make_dir(&stage.join(name))?;
    }
    let mut shown = Vec::new();
    match &root {
        None => {
            for name in SYSTEM {
                show(&Path::new("/").join(name), &stage.join(name), &mut shown)?;
            }
            show_configuration(stage, &mut shown)?;
        }
        Some(folder) => {
            let folder = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
            show_folder(&folder, stage, &mut shown)?;
        }
    }
    for point in mounts_below(&shown)? {
        remount(&point, MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV)?;
    }
    devices(stage)?;
    let temporary = format!("size={},nr_inodes=65536,mode=1777", setup.policy.temporary_bytes);
    tmpfs(&stage.join("tmp"), &temporary)?;
    let workspace = stage.join("workspace");
    step(
        "bind the workspace",
        mount(Some("."), &workspace, NONE, MsFlags::MS_BIND, NONE),
    )?;
    remount(&workspace, MsFlags::MS_NOSUID | MsFlags::MS_NODEV)?;
    proc(stage)?;
    step("enter the new root", chdir(stage))?;
    step("pivot_root", pivot_root(".", "."))?;
    step("detach the old root", umount2(".", MntFlags::MNT_DETACH))?;
    remount(
        Path::new("/"),
        MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
    )?;
    step("enter the workspace", chdir("/workspace"))
}

/// Opens a folder that is to be the root.
fn open_root(path: &Path) -> Result<OwnedFd, Failure> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    step(
        format!("open the root folder {}", path.display()),
        nix::fcntl::open(path, flags, Mode::empty()),
    )
}

fn show_folder(folder: &Path, stage: &Path, shown: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = step("list the root folder", fs::read_dir(folder))?;
    for entry in entries {
        let entry = step("list the root folder", entry)?;
        let name = entry.file_name();
        if !OWN.iter().any(|own| *own == name) {
            show(&entry.path(), &stage.join(&name), shown)?;
        }
    }
    Ok(())
}

fn show_configuration(stage: &Path, shown: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let etc = stage.join("etc");
    make_dir(&etc)?;
    make_dir(&etc.join("ssl"))?;
    for name in SYSTEM_CONFIGURATION {
        let (source, target) = (Path::new("/etc").join(name), etc.join(name));
        if source.is_file() && !source.is_symlink() {
            // Small: a copy is quicker than a mount. One that only root may read is nothing to show.
            if let Ok(content) = fs::read(source) {
                step(format!("write /etc/{name}"), fs::write(target, content))?;
            }
        } else {
            show(&source, &target, shown)?;
        }
    }
    for (name, text) in [
        ("passwd", "user:x:1000:1000::/workspace:/bin/sh\n"),
        ("group", "user:x:1000:\n"),
        ("hosts", "127.0.0.1 localhost sandbox\n"),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ] {
        step(format!("write /etc/{name}"), fs::write(etc.join(name), text))?;
    }
    Ok(())
}

/// Shows `source` at `target`, to be made read-only; what is not there is left out.
fn show(source: &Path, target: &Path, shown: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let Ok(metadata) = fs::symlink_metadata(source) else {
        return Ok(());
    };
    if metadata.is_symlink() {
        let to = step("read a link", fs::read_link(source))?;
        return step("make a link", symlink(to, target));
    }
    if metadata.is_dir() {
        make_dir(target)?;
    } else if metadata.is_file() {
        step("make a mount point", fs::write(target, ""))?;
    } else {
        return Ok(());
    }
    step(
        format!("bind {}", source.display()),
        mount(Some(source), target, NONE, MsFlags::MS_BIND | MsFlags::MS_REC, NONE),
    )?;
    shown.push(target.to_owned());
    Ok(())
}

/// The mounts at these places and below: a recursive bind brings them along, and each has flags of its own.
fn mounts_below(tops: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let table = step("read the mount table", fs::read_to_string("/proc/self/mountinfo"))?;
    // Field 5 is the mount point. One with a space is escaped there, is not found and stays as it is: no command may
    // write outside the workspace anyway.
    Ok(table
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(PathBuf::from)
        .filter(|point| tops.iter().any(|top| point.starts_with(top)) && point.exists())
        .collect())
}

/// Adds flags to a mount and keeps those it has: a user namespace may not take them away.
fn remount(point: &Path, add: MsFlags) -> Result<(), Failure> {
    let has = step(format!("look at {}", point.display()), statvfs(point))?.flags();
    let mut flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | add;
    for (is, keep) in [
        (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        if has.contains(is) {
            flags |= keep;
        }
    }
    step(
        format!("remount {}", point.display()),
        mount(NONE, point, NONE, flags, NONE),
    )
}

fn devices(stage: &Path) -> Result<(), Failure> {
    let dev = stage.join("dev");
    for name in DEVICES {
        let target = dev.join(name);
        step("make a mount point", fs::write(&target, ""))?;
        step(
            format!("bind /dev/{name}"),
            mount(
                Some(&Path::new("/dev").join(name)),
                &target,
                NONE,
                MsFlags::MS_BIND,
                NONE,
            ),
        )?;
    }
    for (name, to) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        step("make a link", symlink(to, dev.join(name)))?;
    }
    make_dir(&dev.join("shm"))?;
    tmpfs(&dev.join("shm"), "size=64m,nr_inodes=4096,mode=1777")
}

/// The processes of this sandbox, without the switches of the kernel.
fn proc(stage: &Path) -> Result<(), Failure> {
    let target = stage.join("proc");
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    step("mount proc", mount(Some("proc"), &target, Some("proc"), flags, NONE))?;
    for name in ["sys", "irq", "bus", "fs", "sysrq-trigger"] {
        let point = target.join(name);
        if point.exists() {
            step(
                format!("bind /proc/{name}"),
                mount(Some(&point), &point, NONE, MsFlags::MS_BIND, NONE),
            )?;
            remount(&point, flags | MsFlags::MS_RDONLY)?;
        }
    }
    for name in MASKED {
        let point = target.join(name);
        if point.exists() {
            step(
                format!("mask /proc/{name}"),
                mount(Some("/dev/null"), &point, NONE, MsFlags::MS_BIND, NONE),
            )?;
        }
    }
    Ok(())
}

fn tmpfs(target: &Path, options: &str) -> Result<(), Failure> {
    step(
        format!("mount tmpfs on {}", target.display()),
        mount(
            Some("tmpfs"),
            target,
            Some("tmpfs"),
            MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
            Some(options),
        ),
    )
}

fn make_dir(path: &Path) -> Result<(), Failure> {
    step(format!("make {}", path.display()), fs::create_dir(path))
}
