use crate::harness::{Site, page, read, redirect, status, statuses, told};

#[tokio::test]
async fn a_page_that_cannot_be_read_says_why_and_spoils_no_other() {
    let elsewhere = Site::saying("secret").await;
    let private = elsewhere.url("/");
    let site = Site::start(move |path| match path {
        "/robots.txt" => status(404),
        "/gone" => status(410),
        "/paid" => status(402),
        "/subscribers" => page(
            "text/html",
            r#"<script type="application/ld+json">{"@graph": [{"isAccessibleForFree": "False"}]}</script><p>Teaser"#,
        ),
        "/microdata" => page(
            "text/html",
            "<p>Teaser<meta itemprop=isAccessibleForFree content=false>",
        ),
        "/free" => page(
            "text/html",
            r#"<script type="application/ld+json">{"isAccessibleForFree": true}</script><p>Free to read"#,
        ),
        "/photo" => page("image/png", b"\x89PNG"),
        "/binary" => page("application/octet-stream", b"\x7fELF\0\0"),
        "/empty" => page("text/html", "<html><body><script>render()</script></body></html>"),
        "/inward" => redirect(&private),
        _ => page("text/plain", "fine"),
    })
    .await;
    let cases = [
        (site.url("/gone"), "error", "answered with status 410"),
        (site.url("/paid"), "paywall", "402"),
        (site.url("/subscribers"), "paywall", "not free to read"),
        (site.url("/microdata"), "paywall", "not free to read"),
        (site.url("/free"), "success", ""),
        (site.url("/photo"), "error", "image/png"),
        (site.url("/binary"), "error", "not text"),
        (site.url("/empty"), "error", "no text"),
        (site.url("/inward"), "unsafe", "refused"),
        (elsewhere.url("/"), "unsafe", "refused"),
        ("http://localhost/".to_owned(), "unsafe", "the name is a local one"),
        (
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "unsafe",
            "not a public one",
        ),
        ("https://user:secret@example.com/".to_owned(), "unsafe", "user name"),
        ("file:///etc/passwd".to_owned(), "unsafe", "scheme"),
        (
            "https://nowhere.test/".to_owned(),
            "error",
            "the name of nowhere.test could not be resolved",
        ),
        ("example.com/page".to_owned(), "error", "not a full URL"),
        (site.url("/fine"), "success", ""),
    ];
    let urls: Vec<String> = cases.iter().map(|(url, _, _)| url.clone()).collect();
    let outcome = read(&[&site], &urls).await;

    assert_eq!(
        statuses(&outcome),
        cases.iter().map(|(_, status, _)| *status).collect::<Vec<_>>()
    );
    assert!(!outcome.is_error);
    let told = told(&outcome);
    assert!(told.starts_with("2 of 17 URLs read. Not read:\n"), "{told}");
    for (url, status, reason) in &cases {
        if *status != "success" {
            let line = told
                .lines()
                .find(|line| line.starts_with(&format!("- {url}: ")))
                .unwrap();
            assert!(line.contains(reason), "{line}");
        }
    }
    let passages: Vec<&str> = outcome.sources.iter().map(|source| source.passage.as_str()).collect();
    assert_eq!(passages, ["Free to read", "fine"]);
    // Nobody connected to what is not public.
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_call_fails_when_none_of_its_pages_can_be_read() {
    let site = Site::start(|_| status(404)).await;
    let outcome = read(&[&site], &[site.url("/a"), site.url("/b")]).await;
    assert_eq!(statuses(&outcome), ["error", "error"]);
    assert!(outcome.is_error);
    assert!(outcome.sources.is_empty());
}

#[tokio::test]
async fn a_robots_file_is_asked_once_and_obeyed() {
    let site = Site::start(|path| match path {
        "/robots.txt" => page(
            "text/plain",
            "User-agent: *\nDisallow: /\n\nUser-agent: antiphon\nDisallow: /secret\n",
        ),
        "/detour" => redirect("/secret/plan"),
        _ => page("text/plain", "fine"),
    })
    .await;
    let urls: Vec<String> = ["/open", "/secret/plan", "/also", "/detour"]
        .iter()
        .map(|path| site.url(path))
        .collect();
    let outcome = read(&[&site], &urls).await;
    assert_eq!(statuses(&outcome), ["success", "error", "success", "error"]);
    assert!(told(&outcome).contains("robots.txt does not allow"));
    let asked = site.asked();
    assert_eq!(asked.iter().filter(|path| *path == "/robots.txt").count(), 1);
    assert_eq!(asked[0], "/robots.txt");

    let broken = Site::start(|path| match path {
        "/robots.txt" => status(503),
        _ => page("text/plain", "fine"),
    })
    .await;
    let outcome = read(&[&broken], &[broken.url("/open")]).await;
    assert_eq!(statuses(&outcome), ["error"]);
    assert_eq!(broken.asked(), ["/robots.txt"]);
}
