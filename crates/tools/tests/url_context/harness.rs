use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antiphon_interaction::{Json, NoSettings, Step, Tool as ToolDeclaration};
use antiphon_outbound::{Outbound, OutboundRules};
use antiphon_tools::{Call, Outcome, Setting, Tool, ToolKind, UrlContext, UrlContextSettings};
use reqwest::dns::{Name, Resolve, Resolving};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A web server that remembers what it was asked for. `/silent` is never answered.
pub struct Site {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub async fn start(reply: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (remembered, reply) = (Arc::clone(&asked), Arc::new(reply));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (remembered, reply) = (Arc::clone(&remembered), Arc::clone(&reply));
                tokio::spawn(async move {
                    let path = read_path(&mut stream).await;
                    remembered.lock().unwrap().push(path.clone());
                    if path == "/silent" {
                        std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(&reply(&path)).await;
                });
            }
        });
        Self { address, asked }
    }

    /// A site without robots.txt, all of whose pages say this.
    pub async fn saying(text: &'static str) -> Self {
        Self::start(move |path| match path {
            "/robots.txt" => status(404),
            _ => page("text/plain", text),
        })
        .await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
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

pub fn page(content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub fn status(status: u16) -> Vec<u8> {
    format!("HTTP/1.1 {status} ?\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

pub fn redirect(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 ?\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// Knows no name.
struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err("no such name".into())))
    }
}

/// The tool of one turn; of this machine it may reach these sites only.
pub async fn tool(sites: &[&Site], settings: UrlContextSettings) -> Arc<dyn Tool> {
    let outbound = Outbound::new(OutboundRules {
        allow: sites
            .iter()
            .map(|site| site.address.to_string().parse().unwrap())
            .collect(),
        resolver: Arc::new(Nowhere),
        ..OutboundRules::default()
    })
    .unwrap();
    let setting = Setting {
        project: "p".to_owned(),
        conversation: "c".to_owned(),
        ephemeral: false,
        path: "tools[0]".to_owned(),
        deferred: Arc::default(),
    };
    let kind = UrlContext::new(outbound, settings);
    let mut opened = kind
        .open(ToolDeclaration::UrlContext(NoSettings {}), setting)
        .await
        .unwrap();
    opened.tools.remove(0)
}

pub fn settings() -> UrlContextSettings {
    UrlContextSettings {
        // Tests build slow parsers.
        time_limit: Duration::from_secs(120),
        ..UrlContextSettings::default()
    }
}

pub async fn call(tool: &Arc<dyn Tool>, urls: &[String]) -> Outcome {
    let arguments = Json::from(json!({ "urls": urls }));
    tool.call_step("call", &arguments).unwrap();
    let call = Call {
        id: "call".to_owned(),
        arguments,
    };
    tool.run(call).await
}

pub async fn read(sites: &[&Site], urls: &[String]) -> Outcome {
    call(&tool(sites, settings()).await, urls).await
}

/// The statuses in the result step, in order.
pub fn statuses(outcome: &Outcome) -> Vec<String> {
    let Step::UrlContextResult(step) = &outcome.step else {
        panic!("{:?}", outcome.step)
    };
    assert_eq!(step.is_error.unwrap_or(false), outcome.is_error);
    let Value::Array(results) = step.result.as_ref().unwrap().value() else {
        panic!("{:?}", step.result)
    };
    results
        .iter()
        .map(|result| result["status"].as_str().unwrap().to_owned())
        .collect()
}

/// What the model is told beside the pages.
pub fn told(outcome: &Outcome) -> &str {
    outcome.content[0].as_text().unwrap()
}
