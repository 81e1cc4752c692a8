//! Which system calls a sandbox may not make.
//!
//! Two filters. The first knows calls by name: those that reach into the kernel's deeper parts are refused with `EPERM`,
//! everything else passes. The second closes what a list of names cannot: calls of another architecture end the process,
//! and numbers that this program does not know are answered as an older kernel would (`ENOSYS`).

use std::collections::BTreeMap;

use nix::errno::Errno;
use nix::libc;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter, sock_filter,
};

use super::{Failure, step};
use crate::policy::{Network, Tier};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// The last call that was looked at here (`setxattrat` to `removexattrat` and `open_tree_attr` of Linux 6.15).
const LAST_KNOWN: u32 = 467;

/// Marks calls of the x32 interface, which share the architecture of x86-64 but have other numbers.
const X32_BIT: u32 = 0x4000_0000;

/// Two requests of `ioctl`, whose constants have another type in every C library.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541C;

/// Refused in every tier.
const DENIED: &[libc::c_long] = &[
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    // mounts, roots and namespaces
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // files past their permissions, and devices
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    // the kernel itself
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_acct,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
    libc::SYS_personality,
    // other nodes' memory
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    libc::SYS_mbind,
    libc::SYS_set_mempolicy,
];

/// Refused too where only x86-64 has the call.
#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[libc::c_long] = &[
    libc::SYS_uselib,
    libc::SYS_ustat,
    libc::SYS_sysfs,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS__sysctl,
];
#[cfg(not(target_arch = "x86_64"))]
const DENIED_HERE: &[libc::c_long] = &[];

/// Refused in the second tier, where these reach the whole machine: System V and POSIX messages and memory, other
/// programs' sockets in the file system, the scheduler.
const DENIED_WITHOUT_NAMESPACES: &[libc::c_long] = &[
    libc::SYS_connect,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setattr,
];

/// The namespaces that `clone` may not make.
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Applies the filters to this process and all it will start. Needs `no_new_privs`.
pub fn apply(tier: Tier, network: &Network) -> Result<(), Failure> {
    let filters = compile(tier, network).map_err(|_| Errno::EINVAL);
    for filter in step("compile the seccomp filters", filters)? {
        step(
            "apply a seccomp filter",
            apply_filter(&filter).map_err(|_| Errno::last()),
        )?;
    }
    Ok(())
}

fn compile(tier: Tier, network: &Network) -> Result<Vec<BpfProgram>, BackendError> {
    let mut denied: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let beside: &[libc::c_long] = match tier {
        Tier::Namespaces => &[],
        Tier::Landlock => DENIED_WITHOUT_NAMESPACES,
    };
    for call in DENIED.iter().chain(DENIED_HERE).chain(beside) {
        denied.insert(*call, Vec::new());
    }
    let mut clones = Vec::new();
    for flag in NAMESPACES {
        let flag = u64::from(flag.cast_unsigned());
        clones.push(argument(0, SeccompCmpOp::MaskedEq(flag), flag)?);
    }
    denied.insert(libc::SYS_clone, clones);
    denied.insert(libc::SYS_socket, sockets(network)?);
    denied.insert(libc::SYS_socketpair, sockets(&Network::Off)?);
    // Devices; named pipes and sockets are nobody else's business.
    denied.insert(libc::SYS_mknodat, devices(2)?);
    #[cfg(target_arch = "x86_64")]
    denied.insert(libc::SYS_mknod, devices(1)?);
    // Typing into a terminal, should one ever be inherited.
    denied.insert(
        libc::SYS_ioctl,
        vec![
            argument(1, SeccompCmpOp::Eq, TIOCSTI)?,
            argument(1, SeccompCmpOp::Eq, TIOCLINUX)?,
        ],
    );
    // Its flags lie in memory, out of a filter's sight; the C library goes on with `clone`.
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok(vec![
        program(denied, Errno::EPERM)?,
        program(clone3, Errno::ENOSYS)?,
        border(),
    ])
}

/// Matches a mode that asks for a device, in the argument with this index.
fn devices(index: u8) -> Result<Vec<SeccompRule>, BackendError> {
    let mask = SeccompCmpOp::MaskedEq(libc::S_IFMT.into());
    Ok(vec![
        argument(index, mask.clone(), libc::S_IFCHR.into())?,
        argument(index, mask, libc::S_IFBLK.into())?,
    ])
}

fn argument(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(index, operator, value)?])
}

/// Matches every socket but a Unix one and, where there is a proxy, TCP over IPv4, which leads nowhere else.
fn sockets(network: &Network) -> Result<Vec<SeccompRule>, BackendError> {
    /// What of a socket's kind is not a flag.
    const KIND: u64 = 0xF;
    let is = |index, value: libc::c_int| condition(index, SeccompCmpOp::Eq, u64::from(value.cast_unsigned()));
    let is_not = |index, value: libc::c_int| condition(index, SeccompCmpOp::Ne, u64::from(value.cast_unsigned()));
    match network {
        Network::Off => Ok(vec![SeccompRule::new(vec![is_not(0, libc::AF_UNIX)?])?]),
        Network::Allow(_) => {
            let mut rules = vec![
                SeccompRule::new(vec![is_not(0, libc::AF_UNIX)?, is_not(0, libc::AF_INET)?])?,
                SeccompRule::new(vec![
                    is(0, libc::AF_INET)?,
                    is_not(2, 0)?,
                    is_not(2, libc::IPPROTO_TCP)?,
                ])?,
            ];
            let stream = u64::from(libc::SOCK_STREAM.cast_unsigned());
            for kind in (0..=KIND).filter(|kind| *kind != stream) {
                let other = condition(1, SeccompCmpOp::MaskedEq(KIND), kind)?;
                rules.push(SeccompRule::new(vec![is(0, libc::AF_INET)?, other])?);
            }
            Ok(rules)
        }
    }
}

fn condition(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    // The kernel looks at 32 bits of all of these.
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)
}

fn program(denied: BTreeMap<i64, Vec<SeccompRule>>, answer: Errno) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(
        denied,
        SeccompAction::Allow,
        SeccompAction::Errno((answer as i32).cast_unsigned()),
        ARCHITECTURE,
    )?
    .try_into()
}

/// The second filter, which seccompiler has no words for: it compares the number with `>=`.
fn border() -> BpfProgram {
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let load_number = sock_filter {
        code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16,
        jt: 0,
        jf: 0,
        k: 0,
    };
    let skip_below = |limit: u32| sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16,
        jt: 0,
        jf: 1,
        k: limit,
    };
    let answer = |k: u32| sock_filter {
        code: RETURN,
        jt: 0,
        jf: 0,
        k,
    };
    vec![
        load_number,
        skip_below(X32_BIT),
        answer(libc::SECCOMP_RET_KILL_PROCESS),
        skip_below(LAST_KNOWN + 1),
        answer(libc::SECCOMP_RET_ERRNO | (Errno::ENOSYS as i32).cast_unsigned()),
        answer(libc::SECCOMP_RET_ALLOW),
    ]
}
