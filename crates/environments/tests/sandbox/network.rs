//! What a sandbox with a network reaches, and what it does not.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use antiphon_environments::{
    AllowedDomains, Environment, EnvironmentId, EnvironmentProvider, Error, NativeConfig, NativeProvider, Network,
    Resolver, SandboxPolicy, Tier,
};
use futures::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{Harness, python, text};

/// Speaks to the proxy as a program would, but chooses freely what it says.
const CLIENT: &str = r#"
import os, socket, ssl, sys
from urllib.parse import urlsplit

def hello(name):
    context = ssl.create_default_context()
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()

def ask(target, first=b"", head="CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n"):
    proxy = urlsplit(os.environ["HTTPS_PROXY"])
    with socket.create_connection((proxy.hostname, proxy.port)) as stream:
        stream.sendall(head.format(target).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += stream.recv(1)
        rest = b""
        try:
            if answer.split()[1] == b"200":
                # In pieces: the proxy must wait for all of it.
                stream.sendall(first[:7])
                stream.sendall(first[7:])
                stream.shutdown(socket.SHUT_WR)
            while piece := stream.recv(65536):
                rest += piece
        except OSError:
            pass
        assert rest.decode("latin-1").strip() in answer.decode() or answer.split()[1] == b"200"
        return answer.split()[1].decode(), rest

port = sys.argv[1]
"#;

/// Knows a few names.
struct Names;

impl Resolver for Names {
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let found = match name.as_str() {
            "allowed.test" | "deep.wild.test" | "other.test" | "private.test" => vec![local],
            "mixed.test" => vec![IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)), local],
            _ => Vec::new(),
        };
        Box::pin(async move { Ok(found) })
    }
}

/// A server on the machine, and all that was said to it.
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    /// Hears a client out, answers this, and hangs up.
    async fn start(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut said = Vec::new();
                stream.read_to_end(&mut said).await.unwrap();
                book.lock().unwrap().push(said);
                // The client may have enough.
                let _ = stream.write_all(&answer).await;
            }
        });
        Self { port, heard }
    }
}

/// An environment that may reach some names of a server; none where the machine forbids sandboxes.
async fn environment(
    server: &Server,
    change: impl FnOnce(&mut NativeConfig),
) -> Option<(Arc<dyn Environment>, NativeProvider, Harness)> {
    let harness = Harness::new(Tier::Namespaces).await?;
    let here =
        |names: &[&str]| AllowedDomains::new(names.iter().map(|name| format!("{name}:{}", server.port))).unwrap();
    let mut config = NativeConfig {
        directory: harness.folder.path().join("network"),
        private_hosts: here(&["allowed.test", "*.wild.test"]),
        ..harness.config.clone()
    };
    change(&mut config);
    let provider = NativeProvider::with_resolver(config, Arc::new(Names)).unwrap();
    let names = [
        "allowed.test",
        "*.wild.test",
        "private.test",
        "mixed.test",
        "missing.test",
    ];
    let policy = SandboxPolicy {
        network: Network::Allow(here(&names)),
        ..SandboxPolicy::default()
    };
    let environment = provider
        .open(EnvironmentId::new("network").unwrap(), policy)
        .await
        .unwrap();
    Some((environment, provider, harness))
}

async fn client(environment: &Arc<dyn Environment>, port: u16, code: &str) -> String {
    let mut command = python(&format!("{CLIENT}{code}"));
    command.argv.push(port.to_string());
    let outcome = environment.run(command).await.unwrap();
    let errors = String::from_utf8_lossy(&outcome.stderr.bytes);
    assert!(outcome.ending.is_success(), "{errors}");
    text(&outcome).to_owned()
}

#[tokio::test]
async fn an_allowed_name_is_reached_by_tls() {
    let server = Server::start(b"pong".to_vec()).await;
    let Some((environment, _provider, _harness)) = environment(&server, |_| {}).await else {
        return;
    };
    let code = "
first = hello('allowed.test')
print(*ask(f'allowed.test:{port}', first), len(first))
print(*ask(f'DEEP.wild.test:{port}', hello('deep.wild.test')))
";
    let said = client(&environment, server.port, code).await;
    let heard = server.heard.lock().unwrap();
    assert_eq!(said, format!("200 b'pong' {}\n200 b'pong'", heard[0].len()));
    assert!(heard[0].windows(12).any(|part| part == b"allowed.test"));
}

#[tokio::test]
async fn everything_else_is_refused_and_says_why() {
    let server = Server::start(b"pong".to_vec()).await;
    let Some((environment, _provider, _harness)) = environment(&server, |_| {}).await else {
        return;
    };
    let port = server.port;
    let alert = "200 b'\\x15\\x03\\x01\\x00\\x02\\x02p'";
    for (code, expected) in [
        (
            "ask(f'other.test:{port}')",
            "403 b'other.test:PORT is not among the domains",
        ),
        ("ask(f'wild.test:{port}')", "403 b'wild.test:PORT is not among"),
        ("ask('allowed.test:22')", "403 b'allowed.test:22 is not among"),
        ("ask(f'127.0.0.1:{port}')", "403 b'an address cannot be reached"),
        ("ask(f'[::1]:{port}')", "403 b'an address cannot be reached"),
        ("ask(f'2130706433:{port}')", "403 b'an address cannot be reached"),
        ("ask('allowed.test')", "403 b'the target of CONNECT must be"),
        (
            "ask(f'private.test:{port}')",
            "403 b'private.test has an address that is not public",
        ),
        (
            "ask(f'mixed.test:{port}')",
            "403 b'mixed.test has an address that is not public",
        ),
        ("ask(f'missing.test:{port}')", "502 b'missing.test was not found"),
        (
            "ask(f'allowed.test:{port}', head='GET http://{0}/ HTTP/1.1\\r\\n\\r\\n')",
            "403 b'only CONNECT",
        ),
        ("ask(f'allowed.test:{port}', hello('other.test'))", alert),
        ("ask(f'allowed.test:{port}', hello(None))", alert),
        ("ask(f'allowed.test:{port}', b'GET / HTTP/1.1\\r\\n\\r\\n')", "200 b''"),
    ] {
        let said = client(&environment, port, &format!("print(*{code})")).await;
        let expected = expected.replace("PORT", &port.to_string());
        assert!(said.starts_with(&expected), "{code}: {said}");
    }
    // Past the proxy there is nothing: no port of the machine, no other family, no raw packets.
    let code = "
def attempt(family, kind, address, protocol=0):
    try:
        with socket.socket(family, kind, protocol) as stream:
            stream.settimeout(5)
            stream.connect(address)
            stream.send(b'x')
            print('sent')
    except OSError as error:
        print(type(error).__name__)
attempt(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', int(port)))
attempt(socket.AF_INET, socket.SOCK_STREAM, ('1.1.1.1', 443))
attempt(socket.AF_INET, socket.SOCK_DGRAM, ('1.1.1.1', 53))
attempt(socket.AF_INET6, socket.SOCK_STREAM, ('::1', int(port)))
attempt(socket.AF_INET, socket.SOCK_RAW, ('127.0.0.1', 0), socket.IPPROTO_ICMP)
attempt(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', int(port)), 262)
attempt(socket.AF_NETLINK, socket.SOCK_RAW, (0, 0))
";
    let said = client(&environment, port, code).await;
    let expected = "PermissionError\nPermissionError\nPermissionError\nPermissionError\nPermissionError\nPermissionError\n\
                    PermissionError";
    assert_eq!(said, expected);
    assert!(server.heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_sandbox_has_only_so_many_bytes() {
    let server = Server::start(vec![b'x'; 3_000_000]).await;
    let change = |config: &mut NativeConfig| config.network_bytes = 2_000_000;
    let Some((environment, _provider, _harness)) = environment(&server, change).await else {
        return;
    };
    let code = "print(len(ask(f'allowed.test:{port}', hello('allowed.test'))[1]))";
    let first: usize = client(&environment, server.port, code).await.parse().unwrap();
    assert!((1_900_000..2_000_000).contains(&first), "{first}");
    let second: usize = client(&environment, server.port, code).await.parse().unwrap();
    assert!(first + second < 2_000_000, "{second}");
}

#[tokio::test]
async fn without_namespaces_a_network_is_refused() {
    let Some(harness) = Harness::new(Tier::Landlock).await else {
        return;
    };
    let policy = SandboxPolicy {
        network: Network::Allow(AllowedDomains::new(["pypi.org"]).unwrap()),
        ..SandboxPolicy::default()
    };
    let ready = harness.provider.ready(&policy).await.unwrap_err();
    let opened = harness.provider.open(EnvironmentId::new("none").unwrap(), policy).await;
    let opened = opened.map(|_| ()).unwrap_err();
    for error in [ready, opened] {
        assert!(matches!(error, Error::SandboxUnavailable { .. }), "{error}");
        assert!(error.to_string().contains("a network in tier 1 only"), "{error}");
    }
}
