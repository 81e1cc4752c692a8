//! From a failed step of the set-up to what an operator can do about it.

use std::fs;
use std::io;

use nix::errno::Errno;

use crate::error::Attempt;
use crate::policy::Tier;

/// Explains why a tier cannot be had.
pub fn explain(tier: Tier, step: &str, errno: i32) -> Attempt {
    let cause = format!("cannot {step}: {}", io::Error::from_raw_os_error(errno));
    let remedy = match tier {
        Tier::Namespaces => namespaces(step, Errno::from_raw(errno)),
        Tier::Landlock => landlock(step),
    };
    Attempt { tier, cause, remedy }
}

/// Explains that a tier needs a server that is the machine's root.
pub fn needs_root(tier: Tier) -> Attempt {
    Attempt {
        tier,
        cause: "it needs a user id of its own for each environment, and this server is not root".to_owned(),
        remedy: "allow user namespaces (see above) or run the server as root".to_owned(),
    }
}

fn namespaces(step: &str, errno: Errno) -> String {
    let switch = |path: &str| fs::read_to_string(path).map(|value| value.trim().to_owned()).ok();
    let limit = switch("/proc/sys/user/max_user_namespaces");
    if errno == Errno::ENOSPC || limit.as_deref() == Some("0") {
        return "raise the number of user namespaces: `sysctl user.max_user_namespaces=15000`".to_owned();
    }
    if switch("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0") {
        return "allow user namespaces: `sysctl kernel.unprivileged_userns_clone=1`".to_owned();
    }
    if switch("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1") {
        return "AppArmor restricts user namespaces: give the program a profile with the rule `userns,` in \
                /etc/apparmor.d, or `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
            .to_owned();
    }
    if step == "mount proc" {
        return "parts of /proc are hidden from this container: start it with `--security-opt systempaths=unconfined`"
            .to_owned();
    }
    if step.starts_with("open the root folder") || step.starts_with("bind") || step == "list the root folder" {
        return "make the folder readable for every user".to_owned();
    }
    if errno == Errno::ENOSYS || errno == Errno::EINVAL {
        return "use a Linux kernel of version 5.14 or later with user, mount, pid, network, IPC, UTS and cgroup \
                namespaces"
            .to_owned();
    }
    "in a container, allow namespaces and mounts: `--security-opt seccomp=unconfined --security-opt \
     apparmor=unconfined --security-opt systempaths=unconfined`, or run the server outside of it"
        .to_owned()
}

fn landlock(step: &str) -> String {
    if step.contains("Landlock") {
        "use a Linux kernel of version 6.2 or later with Landlock in its list of security modules (`lsm=landlock,…`)"
            .to_owned()
    } else if step.contains("workspace") {
        "let every user pass through the folders above the data folder (`chmod o+x`)".to_owned()
    } else {
        "give the container the capabilities SETUID, SETGID and SETPCAP".to_owned()
    }
}
