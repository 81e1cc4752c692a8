"""Attacks on a sandbox from inside. Prints one JSON object: the name of each attack and what became of it.

Every attack is a function that ends normally when it succeeded and raises OSError when it was refused. Its argument
holds what the attacker may know of the outside: paths, ports, process ids and a secret.
"""

import ctypes
import errno
import json
import os
import platform
import resource
import signal
import socket
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
ATTACKS = {}
CLONE = {"user": 0x10000000, "mount": 0x00020000, "net": 0x40000000, "pid": 0x20000000}


def attack(function):
    ATTACKS[function.__name__] = function
    return function


def call(x86_64, aarch64, *arguments):
    number = x86_64 if platform.machine() == "x86_64" else aarch64
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def refuse_unless(succeeded, why="nothing was there"):
    if not succeeded:
        raise OSError(errno.EPERM, why)


def connect(family, kind, address):
    with socket.socket(family, kind) as s:
        s.settimeout(2)
        s.connect(address)


# files


@attack
def read_password_hashes(outside):
    open("/etc/shadow").read()


@attack
def read_a_public_file_of_the_machine(outside):
    open(outside["canary"]).read()


@attack
def read_another_environment(outside):
    open(outside["neighbour"]).read()


@attack
def write_to_another_environment(outside):
    open(outside["neighbour"], "a").write("x")


@attack
def change_the_mode_of_a_file_of_the_machine(outside):
    os.chmod(outside["canary"], 0o777)


@attack
def list_the_home_of_root(outside):
    refuse_unless(os.listdir("/root"))


@attack
def write_to_usr(outside):
    open("/usr/bin/attack", "w")


@attack
def write_to_etc(outside):
    open("/etc/attack", "w")


@attack
def write_to_the_root_folder(outside):
    open("/attack", "w")


@attack
def follow_a_link_out_of_the_workspace(outside):
    os.symlink(outside["canary"], "link-out")
    open("link-out").read()


@attack
def reach_the_old_root_by_climbing(outside):
    open("../" * 40 + outside["canary"].lstrip("/")).read()


@attack
def open_by_handle(outside):
    handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0" + b"\x02" + b"\0" * 32)
    call(304, 265, os.open(".", os.O_RDONLY), handle, 0)


# the kernel's switches and memory


@attack
def change_core_pattern(outside):
    os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)


@attack
def change_a_network_switch(outside):
    os.open("/proc/sys/net/ipv4/ip_forward", os.O_WRONLY)


@attack
def use_sysrq(outside):
    os.open("/proc/sysrq-trigger", os.O_WRONLY)


@attack
def read_kernel_memory(outside):
    refuse_unless(os.read(os.open("/proc/kcore", os.O_RDONLY), 1))


@attack
def read_the_kernels_symbols(outside):
    refuse_unless(open("/proc/kallsyms").read(1))


@attack
def read_physical_memory(outside):
    os.open("/dev/mem", os.O_RDONLY)


@attack
def open_a_disk(outside):
    disks = [name for name in ("vda", "sda", "nvme0n1", "xvda") if os.path.exists("/dev/" + name)]
    refuse_unless(disks)
    os.open("/dev/" + disks[0], os.O_RDONLY)


@attack
def make_a_device(outside):
    os.mknod("device", 0o600 | 0o020000, os.makedev(1, 1))


@attack
def read_the_kernel_log(outside):
    call(103, 116, 2, ctypes.create_string_buffer(64), 64)


@attack
def load_a_module(outside):
    call(313, 273, 0, b"", 0)


@attack
def load_a_kernel(outside):
    call(246, 104, 0, 0, 0, 0)


@attack
def use_bpf(outside):
    call(321, 280, 0, ctypes.create_string_buffer(128), 128)


@attack
def use_perf_events(outside):
    call(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)


@attack
def use_io_uring(outside):
    call(425, 425, 8, ctypes.create_string_buffer(256))


@attack
def use_userfaultfd(outside):
    call(323, 282, 1)


@attack
def read_keyrings(outside):
    call(250, 219, 0, -3, 1)


@attack
def add_a_key(outside):
    call(248, 217, b"user", b"name", b"x", 1, -2)


@attack
def change_the_clock(outside):
    call(227, 112, 0, ctypes.create_string_buffer(16))


# namespaces and mounts


@attack
def create_a_user_namespace(outside):
    call(272, 97, CLONE["user"])


@attack
def create_a_mount_namespace(outside):
    call(272, 97, CLONE["mount"])


@attack
def clone_into_a_user_namespace(outside):
    if call(56, 220, CLONE["user"] | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


@attack
def clone3_into_a_user_namespace(outside):
    arguments = (ctypes.c_uint64 * 11)(CLONE["user"], 0, 0, 0, signal.SIGCHLD)
    if call(435, 435, arguments, 88) == 0:
        os._exit(0)


@attack
def enter_the_namespaces_of_pid_1(outside):
    call(308, 268, os.open("/proc/1/ns/mnt", os.O_RDONLY), 0)


@attack
def enter_a_namespace_by_pidfd(outside):
    call(308, 268, os.pidfd_open(os.getppid()), CLONE["mount"])


@attack
def mount_a_file_system(outside):
    call(165, 40, b"tmpfs", b"/tmp", b"tmpfs", 0, None)


@attack
def make_the_system_writable(outside):
    call(165, 40, None, b"/usr", None, 0x1020, None)


@attack
def mount_by_the_new_calls(outside):
    call(430, 430, b"tmpfs", 0)


@attack
def take_a_mount_away(outside):
    call(166, 39, b"/proc", 2)


@attack
def change_the_root(outside):
    os.chroot(".")


@attack
def pivot_the_root(outside):
    call(155, 41, b".", b".")


@attack
def leave_the_cgroup(outside):
    open("/sys/fs/cgroup/cgroup.procs", "w").write("0")


# other processes


@attack
def read_the_environment_of_pid_1(outside):
    open("/proc/1/environ").read()


@attack
def read_the_memory_of_pid_1(outside):
    open("/proc/1/mem", "rb")


@attack
def use_the_root_of_pid_1(outside):
    os.listdir("/proc/1/root/")


@attack
def use_the_descriptors_of_pid_1(outside):
    os.listdir("/proc/1/fd")


@attack
def steal_a_descriptor_of_pid_1(outside):
    call(438, 438, os.pidfd_open(os.getppid()), 0, 0)


@attack
def find_the_secret_of_the_server(outside):
    found = False
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found |= outside["secret"].encode() in open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            pass
    refuse_unless(found or outside["secret"] in os.environ.values())


@attack
def see_a_process_of_the_machine(outside):
    open(f"/proc/{outside['pid']}/status").read()


@attack
def signal_a_process_of_the_machine(outside):
    os.kill(outside["pid"], 0)


@attack
def trace_the_parent(outside):
    call(101, 117, 16, os.getppid(), 0, 0)


@attack
def read_memory_of_the_parent(outside):
    call(310, 270, os.getppid(), 0, 0, 0, 0, 0)


# the network


@attack
def connect_to_the_server(outside):
    connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", outside["port"]))


@attack
def connect_to_the_server_by_ipv6(outside):
    connect(socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", outside["port"]))


@attack
def connect_to_an_address_of_the_machine(outside):
    connect(socket.AF_INET, socket.SOCK_STREAM, (outside["address"], outside["port"]))


@attack
def resolve_a_name(outside):
    socket.getaddrinfo("example.com", 443)


@attack
def send_a_datagram(outside):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", outside["port"]))


@attack
def make_a_raw_socket(outside):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)


@attack
def make_a_packet_socket(outside):
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)


@attack
def make_a_netlink_socket(outside):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@attack
def make_a_vsock(outside):
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)


@attack
def make_a_crypto_socket(outside):
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)


@attack
def connect_to_an_abstract_socket(outside):
    connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + outside["abstract"])


@attack
def connect_to_a_socket_file(outside):
    connect(socket.AF_UNIX, socket.SOCK_STREAM, outside["socket"])


@attack
def connect_to_docker(outside):
    connect(socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock")


# privileges


@attack
def become_root(outside):
    os.setuid(0)


@attack
def become_root_by_all_ids(outside):
    os.setresuid(0, 0, 0)


@attack
def join_the_group_of_root(outside):
    os.setgroups([0])


@attack
def run_a_setuid_program(outside):
    candidates = [p for p in ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/newgrp") if os.path.exists(p)]
    status = open("/proc/thread-self/status").read() if os.path.exists("/proc/thread-self/status") else ""
    refuse_unless("NoNewPrivs:\t1" not in status and status, "no_new_privs is set")
    subprocess.run([candidates[0], "-c", "true"], check=True, stdin=subprocess.DEVNULL)


@attack
def raise_a_limit(outside):
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (1 << 20, 1 << 20))
    except ValueError as refusal:  # what Python makes of EPERM here
        raise OSError(errno.EPERM, str(refusal))


@attack
def have_a_capability(outside):
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    call(125, 90, header, data)
    refuse_unless(any(data), "no capability is held")


@attack
def type_into_the_terminal(outside):
    call(16, 29, 0, 0x5412, ctypes.create_string_buffer(b"x"))


@attack
def call_a_number_from_the_future(outside):
    try:
        call(600, 600)
    except OSError as refusal:
        raise refusal if refusal.errno == errno.ENOSYS else AssertionError(refusal)


@attack
def call_by_the_x32_numbers(outside):
    refuse_unless(platform.machine() == "x86_64", "another architecture")
    child = os.fork()
    if child == 0:
        libc.syscall(ctypes.c_long(0x40000000 + 39))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    refuse_unless(not os.WIFSIGNALED(status), "killed")


def main():
    outside = json.loads(sys.argv[1])
    results = {}
    for name, function in ATTACKS.items():
        try:
            function(outside)
            results[name] = "SUCCEEDED"
        except OSError as refusal:
            results[name] = f"refused: {refusal}"
        except Exception as failure:  # a mistake in the attack is no refusal
            results[name] = f"NOT TRIED: {failure!r}"
    print(json.dumps(results))


main()
