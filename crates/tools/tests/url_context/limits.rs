use std::time::Duration;

use antiphon_tools::UrlContextSettings;

use crate::harness::{Site, call, page, read, settings, status, statuses, told, tool};

#[tokio::test]
async fn the_urls_of_a_turn_are_counted_over_its_calls() {
    let site = Site::saying("fine").await;
    let tool = tool(&[&site], settings()).await;
    let urls: Vec<String> = (0..25).map(|number| site.url(&format!("/{number}"))).collect();
    assert_eq!(statuses(&call(&tool, &urls[..15]).await), ["success"; 15]);
    let second = call(&tool, &urls[15..]).await;
    assert_eq!(statuses(&second), [["success"; 5], ["error"; 5]].concat());
    assert!(told(&second).contains("a request may read 20 URLs"));
    let third = call(&tool, &urls[..1]).await;
    assert!(third.is_error);
    assert_eq!(site.asked().iter().filter(|path| *path != "/robots.txt").count(), 20);
}

#[tokio::test]
async fn pages_share_the_characters_and_say_where_they_are_cut() {
    let site = Site::start(|path| match path {
        "/robots.txt" => status(404),
        "/short" => page("text/plain", "short"),
        _ => page("text/plain", "wörd ".repeat(200)),
    })
    .await;
    let tool = tool(
        &[&site],
        UrlContextSettings {
            max_characters: 105,
            ..settings()
        },
    )
    .await;
    let outcome = call(&tool, &[site.url("/long"), site.url("/short"), site.url("/longer")]).await;
    let passages: Vec<&str> = outcome.sources.iter().map(|source| source.passage.as_str()).collect();
    let cut = format!(
        "{}\n\n[Cut: this is the beginning of 999 characters.]",
        "wörd ".repeat(10).trim()
    );
    assert_eq!(passages, [cut.as_str(), "short", &cut]);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_not_read() {
    let site = Site::start(|path| match path {
        "/robots.txt" => status(404),
        _ => page("text/plain", "a".repeat(1001)),
    })
    .await;
    let tool = tool(
        &[&site],
        UrlContextSettings {
            max_text_bytes: 1000,
            ..settings()
        },
    )
    .await;
    let outcome = call(&tool, &[site.url("/")]).await;
    assert_eq!(statuses(&outcome), ["error"]);
    assert!(told(&outcome).contains("larger than 1000 bytes"), "{}", told(&outcome));
}

#[tokio::test]
async fn a_page_that_never_comes_ends_with_the_time_of_the_call() {
    let site = Site::saying("fine").await;
    let tool = tool(
        &[&site],
        UrlContextSettings {
            time_limit: Duration::from_millis(100),
            ..settings()
        },
    )
    .await;
    let outcome = call(&tool, &[site.url("/silent")]).await;
    assert_eq!(statuses(&outcome), ["error"]);
    assert!(told(&outcome).contains("not read in time"), "{}", told(&outcome));
    assert!(tool.conduct().time_limit > Duration::from_millis(100));
}

#[tokio::test]
async fn a_url_named_twice_is_read_once() {
    let site = Site::saying("fine").await;
    let outcome = read(&[&site], &[site.url("/a"), site.url("/a")]).await;
    assert_eq!(statuses(&outcome), ["success"]);
    assert_eq!(site.asked(), ["/robots.txt", "/a"]);
}
