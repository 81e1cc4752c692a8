//! The backend `local`: a real folder and a real index.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{fs, path::Path};

use antiphon_tools::google_search::{
    Error, Hit, LocalConfig, LocalDocuments, Query, Rescan, SearchBackend, SearchKind,
};
use tempfile::TempDir;

struct Fixture {
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("documents")).unwrap();
        Self { directory }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.directory.path().join("documents")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn open(&self, base_url: Option<&str>) -> LocalDocuments {
        LocalDocuments::open(self.config(base_url)).unwrap()
    }

    fn config(&self, base_url: Option<&str>) -> LocalConfig {
        LocalConfig {
            folder: self.folder(),
            index: self.directory.path().join("data/search/documents.sqlite"),
            base_url: base_url.map(str::to_owned),
        }
    }
}

async fn search(documents: &LocalDocuments, text: &str) -> Vec<Hit> {
    documents
        .search(Query {
            text: text.to_owned(),
            kind: SearchKind::Web,
            limit: 8,
        })
        .await
        .unwrap()
}

async fn titles(documents: &LocalDocuments, text: &str) -> Vec<String> {
    search(documents, text).await.into_iter().map(|hit| hit.title).collect()
}

fn library() -> Fixture {
    let fixture = Fixture::new();
    fixture.write(
        "bridges/harbour.md",
        &format!(
            "# The Harbour Bridge\n\n{}\n\nIt was opened on 19 March 1932 by Jack Lang.\n\n{}",
            "Its arch is of steel. ".repeat(80),
            "Trains cross it all day. ".repeat(80)
        ),
    );
    fixture.write(
        "reset procedure.txt",
        "To reset the frobnicator, hold both levers.\nThe lamp turns green.",
    );
    fixture.write(
        "page.html",
        "<title>Zürcher See</title><p>Der See ist <b>tief</b>.<script>frobnicator()</script>",
    );
    fixture.write("東京.md", "# 日本の首都\n\n東京都は日本の首都である。");
    fixture.write(".secret.md", "frobnicator");
    fixture.write("photo.png", "frobnicator");
    fixture
}

#[tokio::test]
async fn the_best_passage_of_the_best_document_comes_first() {
    let fixture = library();
    let documents = fixture.open(None);
    let done = documents.rescan().await.unwrap();
    assert_eq!(
        done,
        Rescan {
            documents: 4,
            read: 4,
            removed: 0,
            skipped: 0
        }
    );
    let hits = search(&documents, "when was the harbour bridge opened?").await;
    assert_eq!(hits[0].title, "The Harbour Bridge");
    assert!(hits[0].snippet.contains("19 March 1932"), "{}", hits[0].snippet);
    assert!(hits[0].snippet.len() < 1_500);
    let file = fixture.folder().canonicalize().unwrap().join("bridges/harbour.md");
    assert_eq!(hits[0].url.to_file_path().unwrap(), file);

    assert_eq!(titles(&documents, "resetting frobnicators").await, ["reset procedure"]);
    // No document has all of these words; the other ones have "the" at most.
    assert_eq!(
        titles(&documents, "how do I reset the frobnicator").await,
        ["reset procedure"]
    );
    assert_eq!(titles(&documents, "zurcher see tief").await, ["Zürcher See"]);
    assert_eq!(titles(&documents, "首都").await, ["日本の首都"]);
    assert!(titles(&documents, "都首").await.is_empty());
}

#[tokio::test]
async fn no_query_is_an_operator_of_the_index() {
    let fixture = library();
    let documents = fixture.open(None);
    documents.rescan().await.unwrap();
    for query in [
        "\"",
        "frobnicator NOT levers",
        "title:x",
        "a* OR (b",
        "NEAR(a b)",
        "'; DROP TABLE words; --",
        "-",
        "\0",
        "{a}:^b",
    ] {
        search(&documents, query).await;
    }
    assert_eq!(titles(&documents, "frobnicator NOT").await, ["reset procedure"]);
}

#[tokio::test]
async fn a_rescan_reads_what_changed_and_forgets_what_is_gone() {
    let fixture = library();
    let documents = fixture.open(None);
    documents.rescan().await.unwrap();
    fixture.write("reset procedure.txt", "The gadget was retired.");
    fixture.write("new.txt", "A frobnicator again, with more text.");
    fs::remove_file(fixture.folder().join("page.html")).unwrap();
    let done = documents.rescan().await.unwrap();
    assert_eq!((done.documents, done.read, done.removed), (4, 2, 1));
    assert_eq!(titles(&documents, "frobnicator").await, ["new"]);
    assert_eq!(titles(&documents, "retired gadget").await, ["reset procedure"]);
    assert!(titles(&documents, "tief").await.is_empty());
}

#[tokio::test]
async fn the_index_outlives_the_process_and_belongs_to_its_folder() {
    let fixture = library();
    let documents = fixture.open(None);
    documents.rescan().await.unwrap();
    drop(documents);

    let documents = fixture.open(None);
    assert_eq!(titles(&documents, "frobnicator").await, ["reset procedure"]);
    assert_eq!(documents.rescan().await.unwrap().read, 0);
    drop(documents);

    // Something else at its place, or an index of another folder, is built anew.
    fs::write(
        fixture.config(None).index,
        "not a database, but long enough to be looked at",
    )
    .unwrap();
    let documents = fixture.open(None);
    assert_eq!(documents.rescan().await.unwrap().read, 4);
    drop(documents);
    let other = tempfile::tempdir().unwrap();
    let documents = LocalDocuments::open(LocalConfig {
        folder: other.path().to_owned(),
        ..fixture.config(None)
    })
    .unwrap();
    assert!(titles(&documents, "frobnicator").await.is_empty());
}

#[tokio::test]
async fn citations_may_point_to_where_the_folder_is_published() {
    let fixture = library();
    let documents = fixture.open(Some("https://docs.example/handbook/"));
    documents.rescan().await.unwrap();
    let urls = |hits: Vec<Hit>| hits.into_iter().map(|hit| hit.url.to_string()).collect::<Vec<_>>();
    assert_eq!(
        urls(search(&documents, "harbour").await),
        ["https://docs.example/handbook/bridges/harbour.md"]
    );
    assert_eq!(
        urls(search(&documents, "frobnicator").await),
        ["https://docs.example/handbook/reset%20procedure.txt"]
    );
}

#[tokio::test]
async fn a_folder_that_is_gone_empties_nothing() {
    let fixture = library();
    let documents = fixture.open(None);
    documents.rescan().await.unwrap();
    fs::rename(fixture.folder(), fixture.directory.path().join("elsewhere")).unwrap();
    assert!(matches!(documents.rescan().await, Err(Error::Folder { .. })));
    assert_eq!(titles(&documents, "frobnicator").await, ["reset procedure"]);
    let missing = LocalDocuments::open(fixture.config(None));
    assert!(matches!(missing, Err(Error::Folder { .. })));
}

#[tokio::test]
async fn a_search_during_the_first_scan_says_to_wait() {
    let fixture = library();
    let documents = fixture.open(None);
    // Nothing can be written into the index for as long as this holds it.
    let holder = rusqlite::Connection::open(fixture.config(None).index).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut scan = Box::pin(documents.rescan());
    assert!(futures::poll!(&mut scan).is_pending());
    let query = Query {
        text: "frobnicator".to_owned(),
        kind: SearchKind::Web,
        limit: 8,
    };
    let found = documents.search(query).await;
    assert!(matches!(found, Err(Error::Indexing)), "{found:?}");
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(scan.await.unwrap().read, 4);
    assert_eq!(titles(&documents, "frobnicator").await, ["reset procedure"]);
    assert!(titles(&documents, "unheard").await.is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn links_lead_nowhere() {
    let fixture = Fixture::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("private.txt"), "the launch code").unwrap();
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, fixture.folder().join(name)).unwrap();
    link(outside.path(), "folder");
    link(&outside.path().join("private.txt"), "private.txt");
    let documents = fixture.open(None);
    assert_eq!(documents.rescan().await.unwrap().documents, 0);
    assert!(titles(&documents, "launch code").await.is_empty());
}
