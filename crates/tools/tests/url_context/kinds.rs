use antiphon_interaction::{Json, Step};
use serde_json::json;

use crate::documents::pdf;
use crate::harness::{Site, page, read, settings, status, statuses, told, tool};

fn article() -> String {
    let paragraph = "Swifts sleep on the wing, at heights of more than two kilometres, in short naps. ".repeat(5);
    format!(
        "<!doctype html><html><head><title>Swifts</title><style>p {{ color: red }}</style></head><body>\
         <nav><a href='/'>Home</a><a href='/shop'>Shop</a></nav>\
         <article><h2>How they <em>sleep</em></h2><p>{paragraph}</p><p>{paragraph}</p>\
         <p>More in <a href='/books/7'>a book</a>.</p></article>\
         <script>alert('<p>no text</p>')</script><footer>Imprint</footer></body></html>"
    )
}

const LIST: &str = "<html><head><title>  Opening\n hours </title></head><body><nav>Menu</nav><h1>Hours</h1>\
                    <table><tr><th>Day</th><th>Time</th></tr><tr><td>Monday</td><td>9–17</td></tr></table>\
                    <ul><li>closed on holidays</li></ul></body></html>";

#[tokio::test]
async fn every_kind_of_page_becomes_text_that_can_be_cited() {
    let site = Site::start(|path| match path {
        "/article" => page("text/html; charset=utf-8", article()),
        "/hours" => page("text/html", LIST),
        "/latin" => page("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe"),
        "/data.json" => page("application/vnd.api+json", r#"{"answer": 42}"#),
        "/table.csv" => page("text/csv", "a,b\n1,2\n"),
        "/paper" => page("application/pdf", pdf("On Sleep", &["First page.", "Second page."])),
        "/unnamed" => page("application/octet-stream", pdf("", &["Also a PDF."])),
        _ => status(404),
    })
    .await;
    let paths = [
        "/article",
        "/hours",
        "/latin",
        "/data.json",
        "/table.csv",
        "/paper",
        "/unnamed",
    ];
    let urls: Vec<String> = paths.iter().map(|path| site.url(path)).collect();
    let outcome = read(&[&site], &urls).await;

    assert_eq!(statuses(&outcome), ["success"; 7]);
    assert_eq!(told(&outcome), "7 of 7 URLs read.");
    assert_eq!(
        outcome.sources.iter().map(|source| &source.url).collect::<Vec<_>>(),
        urls.iter().collect::<Vec<_>>()
    );
    let source = |index: usize| {
        (
            outcome.sources[index].title.as_str(),
            outcome.sources[index].passage.as_str(),
        )
    };

    let (title, text) = source(0);
    assert_eq!(title, "Swifts");
    assert!(text.starts_with("## How they *sleep*\n\nSwifts sleep"), "{text}");
    assert!(
        text.ends_with(&format!("[a book]({}).", site.url("/books/7"))),
        "{text}"
    );
    assert!(
        !text.contains("Shop") && !text.contains("alert") && !text.contains("Imprint"),
        "{text}"
    );
    assert_eq!(
        source(1),
        (
            "Opening hours",
            "# Hours\n\n\n| Day | Time |\n| --- | ---- |\n| Monday | 9–17 |\n\n- closed on holidays"
        )
    );
    assert_eq!(source(2), ("latin", "Grüße"));
    assert_eq!(source(3), ("data.json", r#"{"answer": 42}"#));
    assert_eq!(source(4), ("table.csv", "a,b\n1,2"));
    assert_eq!(source(5), ("On Sleep", "First page.\n\nSecond page."));
    assert_eq!(source(6), ("unnamed", "Also a PDF."));
}

#[tokio::test]
async fn a_call_is_shown_as_its_urls_and_a_wrong_one_is_explained() {
    let tool = tool(&[], settings()).await;
    assert_eq!(tool.declaration().name, "url_context");
    let step = |arguments: serde_json::Value| tool.call_step("c1", &Json::from(arguments));
    let shown = |step: &Step| serde_json::to_value(step).unwrap();
    assert_eq!(
        shown(&step(json!({"urls": ["https://a.example/", "https://b.example/", "https://a.example/"]})).unwrap()),
        json!({
            "type": "url_context_call",
            "id": "c1",
            "arguments": {"urls": ["https://a.example/", "https://b.example/"]},
        })
    );
    let one = step(json!({"urls": "https://a.example/"})).unwrap();
    assert_eq!(shown(&one)["arguments"], json!({"urls": ["https://a.example/"]}));
    let many: Vec<String> = (0..21).map(|number| format!("https://a.example/{number}")).collect();
    let long = format!("https://a.example/{}", "a".repeat(5000));
    for wrong in [
        json!({}),
        json!({"urls": []}),
        json!({"urls": [1]}),
        json!({"urls": many}),
        json!({"urls": [long]}),
    ] {
        assert!(step(wrong.clone()).is_err(), "{wrong}");
    }
    assert_eq!(
        shown(&tool.failed_step("c1", "late")),
        json!({"type": "url_context_result", "call_id": "c1", "result": [], "is_error": true})
    );
}
