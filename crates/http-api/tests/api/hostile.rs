//! Bytes from a stranger: no 5xx, no hang-up, always the documented form of an error.

use antiphon_testkit::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends bytes as they are and reads the reply to its end.
async fn raw(server: &TestServer, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test]
async fn strange_paths_queries_and_headers_are_client_errors() {
    let server = TestServer::start().await;
    let long = "a".repeat(10_000);
    for target in [
        "/v1/interactions/%ff%fe".to_owned(),
        "/v1/interactions/%".to_owned(),
        "/v1/interactions/%00".to_owned(),
        "/v1/interactions/..%2f..%2fetc%2fpasswd".to_owned(),
        "/v1/interactions/v1_a?stream=true&stream=true".to_owned(),
        "/v1/interactions/v1_a?%ff=%ff&stream=%ff".to_owned(),
        "/v1/models/%ff".to_owned(),
        "/v1/models?page_size=99999999999999999999999".to_owned(),
        format!("/v1/interactions/{long}"),
        format!("/v1/interactions/v1_a?last_event_id={long}&stream=true"),
    ] {
        for method in ["GET", "DELETE", "POST"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            );
            let reply = raw(&server, request.as_bytes()).await;
            let shown = &target[..target.len().min(60)];
            assert!(reply.starts_with("HTTP/1.1 4"), "{method} {shown}: {reply}");
            assert!(reply.contains("{\"error\":{\"code\":\""), "{method} {shown}: {reply}");
            assert!(
                reply.len() < 2_000,
                "{method} {shown}: the reply has {} bytes",
                reply.len()
            );
        }
    }
    let header = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-goog-api-key: \xff\xfe\r\norigin: \xff\r\n\r\n";
    assert!(raw(&server, header).await.starts_with("HTTP/1.1 403"));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_request() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = b"POST /v1/interactions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{\"model\":\"scripted\",\"input\":\"hi\"";
    stream.write_all(head).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply);
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400"), "{reply}");
    assert!(server.engine.calls().is_empty());
}
