//! A reply is bounded in size and time, whatever the server sends.

use std::io::Write;
use std::time::Duration;

use crate::support::{Names, Server, get, ok, rules};
use antiphon_outbound::{Error, Outbound, OutboundRules, TimeLimits};
use flate2::Compression;
use flate2::write::GzEncoder;

fn with_encoding(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut reply =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\nconnection: close\r\n\r\n").into_bytes();
    reply.extend_from_slice(body);
    reply
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_body_is_bounded_as_sent_and_as_decompressed() {
    // `get` takes up to 1 MiB.
    let server = Server::start("127.0.0.1:0", |path| match path {
        "/declared" => b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec(),
        "/endless" => with_encoding("identity", &vec![b'a'; (1 << 20) + 1]),
        "/full" => with_encoding("identity", &vec![b'a'; 1 << 20]),
        "/small" => with_encoding("gzip", &gzip(b"small")),
        "/bomb" => with_encoding("gzip", &gzip(&vec![0; 64 << 20])),
        "/cut" => with_encoding("gzip", &gzip(&[7; 4096])[..20]),
        "/twice" => with_encoding("gzip, gzip", &gzip(&gzip(b"small"))),
        "/brotli" => with_encoding("br", b"?"),
        _ => ok(""),
    })
    .await;
    let outbound = Outbound::new(rules(&["127.0.0.1"], Names::new(&[]))).unwrap();
    let base = format!("http://{}", server.address);
    for path in ["declared", "endless", "bomb"] {
        let outcome = get(&outbound, &format!("{base}/{path}")).await;
        assert!(
            matches!(outcome, Err(Error::TooLarge { limit: 1_048_576, .. })),
            "{path}: {outcome:?}"
        );
    }
    for path in ["cut", "twice", "brotli"] {
        let outcome = get(&outbound, &format!("{base}/{path}")).await;
        assert!(matches!(outcome, Err(Error::Encoding { .. })), "{path}: {outcome:?}");
    }
    assert_eq!(
        get(&outbound, &format!("{base}/full")).await.unwrap().body.len(),
        1 << 20
    );
    assert_eq!(get(&outbound, &format!("{base}/small")).await.unwrap().body, "small");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    // It is connected to by the kernel, and nobody accepts.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let outbound = Outbound::new(OutboundRules {
        time_limits: TimeLimits {
            total: Some(Duration::from_millis(50)),
            ..TimeLimits::default()
        },
        ..rules(&["127.0.0.1"], Names::new(&[]))
    })
    .unwrap();
    let outcome = get(
        &outbound,
        &format!("http://{}/?key=secret", silent.local_addr().unwrap()),
    )
    .await;
    let Err(error @ Error::TimedOut { .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let outbound = Outbound::new(rules(&["127.0.0.1"], Names::new(&[]))).unwrap();
    let outcome = get(&outbound, &format!("http://{closed}/")).await;
    assert!(matches!(outcome, Err(Error::Connect { .. })), "{outcome:?}");
}
