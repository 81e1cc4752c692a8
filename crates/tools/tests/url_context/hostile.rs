use crate::documents::{pdf, pdf_bomb};
use crate::harness::{Site, page, read, status, statuses};

/// Reads a page that begins with a sentence and goes on with what a parser may choke on.
async fn survives(name: &str, html: String) {
    let html = format!("<html><body><p>The beginning.</p>{html}");
    let site = Site::start(move |path| match path {
        "/robots.txt" => status(404),
        _ => page("text/html", &html),
    })
    .await;
    let outcome = read(&[&site], &[site.url("/")]).await;
    assert_eq!(statuses(&outcome), ["success"], "{name}");
    let passage = &outcome.sources[0].passage;
    assert!(passage.contains("The beginning."), "{name}");
    assert!(passage.chars().count() < 41_000, "{name}");
}

#[tokio::test]
async fn nesting_without_end_is_cut() {
    survives("boxes", "<div>".repeat(500_000)).await;
    survives("quotes", "<blockquote>x\n".repeat(100_000)).await;
    survives("lists", "<ul><li>x".repeat(100_000)).await;
    survives("tables", "<table><tr><td>x".repeat(100_000)).await;
    survives("boxes before a table", format!("<table>{}", "<div>".repeat(200_000))).await;
    survives("boxes after the body", "<div></body><!---->".repeat(100_000)).await;
    survives("templates", "<template>".repeat(20_000)).await;
}

#[tokio::test]
async fn open_formatting_that_every_paragraph_repeats_is_cut() {
    let open: String = (0..100).map(|number| format!("<b id={number}>")).collect();
    survives("formatting", format!("<p>{open}</p>{}", "<p>x".repeat(500_000))).await;
}

#[tokio::test]
async fn elements_without_end_are_cut() {
    survives("breaks", "<br>".repeat(500_000)).await;
    survives("paragraphs", "<p>x".repeat(500_000)).await;
    survives("cells", format!("<table><tr>{}", "<td>|".repeat(100_000))).await;
    survives("items", format!("<ol>{}", "<li><p>x<li>`".repeat(50_000))).await;
    survives("links", "<a href=x><i>y</i></a>".repeat(50_000)).await;
}

#[tokio::test]
async fn what_is_both_deep_and_long_stays_small() {
    let lines = "x<br>".repeat(20_000);
    survives("quotes", format!("{}{lines}", "<blockquote>".repeat(150))).await;
    survives(
        "items",
        format!("{}{}", "<ul><li>".repeat(70), "<li>x<p>y".repeat(10_000)),
    )
    .await;
    survives("emphasis", format!("{}{lines}", "<div><b>".repeat(70))).await;
}

#[tokio::test]
async fn a_damaged_or_hostile_pdf_is_an_error_of_its_own() {
    let whole = pdf("Title", &["Text that is read."]);
    let half = whole[..whole.len() / 3].to_vec();
    let bomb = pdf_bomb();
    assert!((50_000..200_000).contains(&bomb.len()));
    let nested = [b"%PDF-1.5\n1 0 obj\n".to_vec(), b"[".repeat(1_000_000)].concat();
    let site = Site::start(move |path| match path {
        "/robots.txt" => status(404),
        "/whole" => page("application/pdf", &whole),
        "/half" => page("application/pdf", &half),
        "/bomb" => page("application/pdf", &bomb),
        "/nested" => page("application/pdf", &nested),
        _ => page("application/pdf", "not a PDF at all"),
    })
    .await;
    let urls: Vec<String> = ["/half", "/bomb", "/nested", "/no", "/whole"]
        .iter()
        .map(|path| site.url(path))
        .collect();
    let outcome = read(&[&site], &urls).await;
    assert_eq!(statuses(&outcome), ["error", "error", "error", "error", "success"]);
    assert_eq!(outcome.sources[0].passage, "Text that is read.");
}
