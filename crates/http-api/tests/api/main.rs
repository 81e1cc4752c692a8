//! The API as a client meets it: the real router on a socket, with a scripted model. The files mirror the routes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

#[tokio::test]
async fn warm() {
    let server = antiphon_testkit::TestServer::start().await;
    assert_eq!(server.get("/healthz").await.status, 200);
    let _: u8 = "1".parse().unwrap();
}
