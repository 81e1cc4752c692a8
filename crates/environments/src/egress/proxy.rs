use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use antiphon_outbound::is_public;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::domain::{AllowedDomains, host_name};
use super::hello;
use super::resolver::Resolver;

/// Connections that one sandbox may have at once; others wait.
const CONNECTIONS: usize = 64;

/// The longest request head.
const HEAD: usize = 8 * 1024;

/// How long a client may take to say what it wants, and a server to answer the phone.
const SETUP: Duration = Duration::from_secs(15);

/// How long a connection may be silent in one direction before that direction is closed.
const SILENCE: Duration = Duration::from_secs(300);

/// A fatal TLS alert: no such name.
const UNRECOGNIZED_NAME: &[u8] = &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 112];

/// The proxy of all sandboxes of one provider.
#[derive(Clone)]
pub struct Egress {
    resolver: Arc<dyn Resolver>,
    private: Arc<AllowedDomains>,
    most_bytes: u64,
}

/// A sandbox's way out, which dropping closes with all its connections.
pub struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection that is let through to none.
struct Refusal {
    status: u16,
    /// One line of ASCII.
    reason: String,
}

impl Egress {
    /// A proxy that finds names by `resolver`. `private` names may have private addresses too; a sandbox may send and receive
    /// `most_bytes` in its life.
    pub fn new(resolver: Arc<dyn Resolver>, private: AllowedDomains, most_bytes: u64) -> Self {
        Self {
            resolver,
            private: Arc::new(private),
            most_bytes,
        }
    }

    /// Serves a listener until the result is dropped.
    pub fn serve(&self, listener: std::net::TcpListener, domains: AllowedDomains) -> io::Result<Listener> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let gate = Arc::new(Gate {
            egress: self.clone(),
            domains,
            bytes_left: AtomicU64::new(self.most_bytes),
        });
        let task = tokio::spawn(async move {
            let places = Arc::new(Semaphore::new(CONNECTIONS));
            let mut connections = JoinSet::new();
            // The semaphore is never closed.
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                while connections.try_join_next().is_some() {}
                let Ok((client, _)) = listener.accept().await else {
                    // Out of descriptors, most likely: not for ever.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let gate = Arc::clone(&gate);
                connections.spawn(async move {
                    gate.attend(client).await;
                    drop(place);
                });
            }
        });
        Ok(Listener(task.abort_handle()))
    }
}

/// One sandbox's proxy.
struct Gate {
    egress: Egress,
    domains: AllowedDomains,
    bytes_left: AtomicU64,
}

impl Gate {
    async fn attend(&self, mut client: TcpStream) {
        match timeout(SETUP, self.open(&mut client)).await {
            // The client is gone, or says nothing.
            Err(_) | Ok(Err(_)) => {}
            Ok(Ok(server)) => {
                let (mut server, first) = server;
                let (from_client, to_client) = client.split();
                let (from_server, mut to_server) = server.split();
                if to_server.write_all(&first).await.is_ok() {
                    // A broken connection is the peers' affair.
                    let _ = tokio::join!(self.pass(from_client, to_server), self.pass(from_server, to_client));
                }
            }
        }
    }

    /// Checks what the client asks for and connects it; answers with the server and what it is to be told first.
    async fn open(&self, client: &mut TcpStream) -> io::Result<(TcpStream, Vec<u8>)> {
        let (name, port, addresses) = match self.judge(&read_head(client).await?).await {
            Ok(target) => target,
            Err(Refusal { status, reason }) => {
                tracing::info!(reason, "a sandbox's connection was refused");
                let body = format!("{reason}\n");
                // In the first line too, which is all that many programs show.
                let answer = format!(
                    "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n{body}",
                    body.len()
                );
                client.write_all(answer.as_bytes()).await?;
                client.shutdown().await?;
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
        };
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        let hello = match hello::read(client).await {
            Ok(hello) if hello.server_name.as_deref() == Some(&name) => hello,
            Ok(hello::Hello { server_name, .. }) => {
                tracing::info!(
                    name,
                    ?server_name,
                    "a sandbox asked for another server than it connected to"
                );
                client.write_all(UNRECOGNIZED_NAME).await?;
                client.shutdown().await?;
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            Err(error) => {
                tracing::info!(name, %error, "a sandbox's connection is not TLS");
                return Err(error);
            }
        };
        let server = connect(&addresses, port).await.inspect_err(|error| {
            tracing::info!(name, port, %error, "a sandbox's connection failed");
        })?;
        tracing::info!(name, port, "a sandbox was connected");
        Ok((server, hello.bytes))
    }

    /// Where a request may lead: a name, a port and the addresses to use.
    async fn judge(&self, head: &[u8]) -> Result<(String, u16, Vec<IpAddr>), Refusal> {
        let forbidden = |reason: String| Refusal { status: 403, reason };
        let target = connect_target(head)
            .ok_or_else(|| forbidden("only CONNECT to a name and port is let through: use https".to_owned()))?;
        let (host, port) = target
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host, port.parse().ok()?)))
            .ok_or_else(|| forbidden("the target of CONNECT must be a name and a port".to_owned()))?;
        let name = host_name(host).ok_or_else(|| forbidden("an address cannot be reached, only names".to_owned()))?;
        if !self.domains.allow(&name, port) {
            return Err(forbidden(format!(
                "{name}:{port} is not among the domains that this sandbox may reach: {}",
                self.domains.texts().join(", ")
            )));
        }
        let found = self.egress.resolver.resolve(name.clone()).await.unwrap_or_default();
        if found.is_empty() {
            return Err(Refusal {
                status: 502,
                reason: format!("{name} was not found"),
            });
        }
        if !self.egress.private.allow(&name, port) && !found.iter().copied().all(is_public) {
            return Err(forbidden(format!("{name} has an address that is not public")));
        }
        Ok((name, port, found))
    }

    /// Copies until the end, until the sandbox's bytes are used up, or until nothing came for long.
    async fn pass(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
        let mut chunk = vec![0_u8; 16 * 1024];
        loop {
            let read = timeout(SILENCE, from.read(&mut chunk)).await??;
            let is_enough = |left: u64| left.checked_sub(read as u64);
            let paid = self
                .bytes_left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_enough);
            if read == 0 || paid.is_err() {
                return to.shutdown().await;
            }
            timeout(SILENCE, to.write_all(&chunk[..read])).await??;
        }
    }
}

/// Reads up to the empty line, and not beyond: what follows an answer is the client's next word.
async fn read_head(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        head.push(client.read_u8().await?);
    }
    Ok(head)
}

/// The target of a CONNECT request; none for any other.
fn connect_target(head: &[u8]) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let is_whole = request.parse(head).is_ok_and(|parsed| parsed.is_complete());
    match (is_whole, request.method, request.path) {
        (true, Some("CONNECT"), Some(target)) => Some(target.to_owned()),
        _ => None,
    }
}

/// Connects to the first address that answers.
async fn connect(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(*address, port)).await {
            Ok(server) => return Ok(server),
            Err(error) => last = error,
        }
    }
    Err(last)
}
