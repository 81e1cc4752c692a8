use super::*;

#[test]
fn finds_the_servers_own_group_in_every_hierarchy() {
    let mounts = "\
        40 30 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
        41 30 0:32 /pod /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory\n\
        42 30 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices\n\
        43 30 0:34 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
    let groups = "4:memory:/pod/server\n2:cpu,cpuacct:/\n0::/user.slice\n";
    let found = Cgroups::parse(mounts, groups);
    let expected = [
        (Version::One(Controller::Cpu), "/sys/fs/cgroup/cpu,cpuacct/"),
        (Version::One(Controller::Memory), "/sys/fs/cgroup/memory/server"),
        (Version::Two, "/sys/fs/cgroup/unified/user.slice"),
    ]
    .map(|(version, folder)| Parent {
        version,
        folder: PathBuf::from(folder),
    });
    assert_eq!(found.parents, expected);
}

#[test]
fn a_controller_counts_only_when_its_limit_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let policy = SandboxPolicy {
        memory_bytes: 1 << 20,
        cpu_millis: 1500,
        ..SandboxPolicy::default()
    };
    for file in ["memory.max", "memory.swap.max", "cpu.max"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let held = Controller::ALL.map(|controller| hold(folder.path(), controller, Version::Two, &policy));
    assert_eq!(held, [true, false, true]);
    let written = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert_eq!(written("memory.max"), "1048576");
    assert_eq!(written("memory.swap.max"), "0");
    assert_eq!(written("cpu.max"), "150000 100000");
    assert!(!folder.path().join("pids.max").exists());
}
