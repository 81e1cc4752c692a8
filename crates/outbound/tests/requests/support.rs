//! A web server that counts who connects, and a resolver that answers as told.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use antiphon_outbound::{Allowed, Error, Fetched, Outbound, OutboundRules};
use http::Method;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The path of the connection by which [`Server::connections`] knows that it has seen all that came before.
const LAST: &str = "/last";

pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers each request for a path with the bytes that `reply` gives, then closes.
    pub async fn start(address: &str, reply: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                let path = read_path(&mut stream).await;
                if path == LAST {
                    counter.fetch_sub(1, Ordering::SeqCst);
                }
                let _ = stream.write_all(&reply(&path)).await;
            }
        });
        Self { address, connections }
    }

    /// How many connections arrived until now: connections are accepted in order, and this one comes last.
    pub async fn connections(&self) -> usize {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream
            .write_all(format!("GET {LAST} HTTP/1.1\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        self.connections.load(Ordering::SeqCst)
    }
}

async fn read_path(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            return String::new();
        }
    }
    String::from_utf8(request)
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .to_owned()
}

pub fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub fn redirect(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// Answers names from lists; the last answer of a name is repeated.
#[derive(Default)]
pub struct Names {
    answers: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    pub asked: AtomicUsize,
}

impl Names {
    pub fn new(answers: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |addresses: &&[&str]| addresses.iter().map(|address| address.parse().unwrap()).collect();
        let answers = answers
            .iter()
            .map(|(name, answers)| ((*name).to_owned(), answers.iter().map(parse).collect()))
            .collect();
        Arc::new(Self {
            answers: Mutex::new(answers),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.get_mut(name.as_str()).map(|answers| {
            let next = answers.pop_front().unwrap();
            if answers.is_empty() {
                answers.push_back(next.clone());
            }
            next
        });
        Box::pin(async move {
            let answer = answer.ok_or("no such name")?;
            Ok(Box::new(answer.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

pub fn rules(allow: &[&str], names: Arc<Names>) -> OutboundRules {
    OutboundRules {
        allow: allow.iter().map(|entry| entry.parse::<Allowed>().unwrap()).collect(),
        resolver: names,
        ..OutboundRules::default()
    }
}

pub async fn get(outbound: &Outbound, url: &str) -> Result<Fetched, Error> {
    let request = outbound.request(Method::GET, Url::parse(url).unwrap())?;
    outbound.fetch(request, 1 << 20).await
}
