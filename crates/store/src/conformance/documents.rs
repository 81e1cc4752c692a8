//! Documents.

use super::Fixture;
use super::sample::{at, claim, ids, job, project};
use crate::{Document, DocumentQuery, DocumentStore, Error, JobStore as _, NewJob, ProjectId};

const COLLECTION: &str = "webhooks";
const GROUPED: &str = "deliveries";

fn document(name: &str, second: i64) -> Document {
    Document {
        collection: COLLECTION,
        project: project(),
        id: name.to_owned(),
        group: None,
        revision: 1,
        created: at(second),
        body: format!(r#"{{ "name" : "{name}", "n":1.50, "é":"\u00e9😀" }}"#),
    }
}

fn grouped(name: &str, second: i64, group: &str) -> Document {
    Document {
        collection: GROUPED,
        group: Some(group.to_owned()),
        ..document(name, second)
    }
}

fn all(collection: &'static str) -> DocumentQuery {
    DocumentQuery {
        collection,
        project: project(),
        group: None,
        after: None,
        limit: 100,
    }
}

async fn put(store: &impl DocumentStore, document: Document) {
    store.put_document(document, Vec::new()).await.unwrap();
}

async fn get(store: &impl DocumentStore, name: &str) -> Option<Document> {
    store.document(COLLECTION, project(), name.to_owned()).await.unwrap()
}

async fn list(store: &impl DocumentStore, query: DocumentQuery) -> Vec<String> {
    let found = store.documents(query).await.unwrap();
    found.into_iter().map(|document| document.id).collect()
}

/// A document has every field as it was given, to the byte.
pub async fn a_document_reads_back_whole<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let one = Document {
        group: Some("g".to_owned()),
        ..document("one", 1)
    };
    put(store, one.clone()).await;
    assert_eq!(get(store, "one").await, Some(one.clone()));
    assert_eq!(store.documents(all(COLLECTION)).await.unwrap(), [one]);
    assert_eq!(get(store, "two").await, None);
    // An id is one collection's own.
    assert_eq!(
        store.document(GROUPED, project(), "one".to_owned()).await.unwrap(),
        None
    );
    put(store, grouped("one", 2, "g")).await;
}

/// Of two that change the same version one learns that it came too late.
pub async fn each_version_follows_the_one_before<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    put(store, document("one", 1)).await;
    let refused = store.put_document(document("one", 1), Vec::new()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::AlreadyExists(taken) if taken == "one"),
        "{refused}"
    );

    let version = |revision: u64| Document {
        revision,
        body: revision.to_string(),
        group: Some("g".to_owned()),
        ..document("one", 1)
    };
    put(store, version(2)).await;
    for revision in [0, 2, 4] {
        let refused = store.put_document(version(revision), Vec::new()).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Conflict(changed) if changed == "one"),
            "{refused}"
        );
    }
    assert_eq!(get(store, "one").await, Some(version(2)));
    let absent = Document {
        revision: 2,
        ..document("absent", 1)
    };
    let refused = store.put_document(absent, Vec::new()).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused}");
    put(store, version(3)).await;
    assert_eq!(get(store, "one").await.unwrap().body, "3");
}

/// By age and then by id, both descending; a page begins behind the last one's end, also when that is gone.
pub async fn lists_come_newest_first_and_page_by_page<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, second) in [("b", 2), ("d", 1), ("a", 2), ("c", 3), ("e", 2)] {
        put(store, document(name, second)).await;
    }
    put(store, grouped("x", 9, "g")).await;
    assert_eq!(list(store, all(COLLECTION)).await, ["c", "e", "b", "a", "d"]);
    let page = DocumentQuery {
        after: Some((at(2), "e".to_owned())),
        limit: 2,
        ..all(COLLECTION)
    };
    assert!(
        store
            .delete_document(COLLECTION, project(), "e".to_owned(), None)
            .await
            .unwrap()
    );
    assert_eq!(list(store, page.clone()).await, ["b", "a"]);
    let last = DocumentQuery {
        after: Some((at(2), "a".to_owned())),
        ..page
    };
    assert_eq!(list(store, last).await, ["d"]);
    let none = DocumentQuery {
        limit: 0,
        ..all(COLLECTION)
    };
    assert_eq!(list(store, none).await, Vec::<String>::new());
}

/// What belongs to a document goes with it.
pub async fn a_document_goes_with_its_group<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for name in ["one", "two"] {
        put(store, document(name, 1)).await;
    }
    for (name, group) in [("1a", "one"), ("1b", "one"), ("2a", "two")] {
        put(store, grouped(name, 2, group)).await;
    }
    let of_one = DocumentQuery {
        group: Some("one".to_owned()),
        ..all(GROUPED)
    };
    assert_eq!(list(store, of_one).await, ["1b", "1a"]);
    let delete = |name: &str| store.delete_document(COLLECTION, project(), name.to_owned(), Some(GROUPED));
    assert!(delete("one").await.unwrap());
    assert!(!delete("one").await.unwrap());
    assert_eq!(list(store, all(COLLECTION)).await, ["two"]);
    assert_eq!(list(store, all(GROUPED)).await, ["2a"]);
    assert!(
        store
            .delete_document(COLLECTION, project(), "two".to_owned(), None)
            .await
            .unwrap()
    );
    assert_eq!(list(store, all(GROUPED)).await, ["2a"]);
}

/// Only the newest of a group stay, and other groups are left alone.
pub async fn a_group_is_trimmed_to_its_newest<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, second, group) in [
        ("a", 1, "g"),
        ("b", 3, "g"),
        ("c", 2, "g"),
        ("d", 2, "g"),
        ("x", 0, "other"),
    ] {
        put(store, grouped(name, second, group)).await;
    }
    let trim = |keep: usize| store.trim_documents(GROUPED, project(), "g".to_owned(), keep);
    trim(9).await.unwrap();
    assert_eq!(list(store, all(GROUPED)).await, ["b", "d", "c", "a", "x"]);
    trim(2).await.unwrap();
    assert_eq!(list(store, all(GROUPED)).await, ["b", "d", "x"]);
    trim(0).await.unwrap();
    assert_eq!(list(store, all(GROUPED)).await, ["x"]);
}

/// Whatever is asked, another project's document is not there, and stays as it is; its id is taken all the same.
pub async fn another_projects_documents_do_not_exist<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    put(store, document("one", 1)).await;
    put(store, grouped("1a", 1, "one")).await;
    let other = ProjectId::from("other");
    let as_other = |revision: u64| Document {
        project: other.clone(),
        revision,
        ..document("one", 1)
    };
    assert_eq!(
        store
            .document(COLLECTION, other.clone(), "one".to_owned())
            .await
            .unwrap(),
        None
    );
    let query = DocumentQuery {
        project: other.clone(),
        ..all(COLLECTION)
    };
    assert_eq!(list(store, query).await, Vec::<String>::new());
    let refused = store.put_document(as_other(1), Vec::new()).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
    let refused = store.put_document(as_other(2), Vec::new()).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused}");
    let deleted = store.delete_document(COLLECTION, other.clone(), "one".to_owned(), Some(GROUPED));
    assert!(!deleted.await.unwrap());
    store.trim_documents(GROUPED, other, "one".to_owned(), 0).await.unwrap();
    assert_eq!(get(store, "one").await, Some(document("one", 1)));
    assert_eq!(list(store, all(GROUPED)).await, ["1a"]);
}

/// When the document is refused its jobs are, and when the jobs are the document is.
pub async fn a_document_and_its_jobs_are_one_write<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let limited = |name: &str| NewJob {
        limit: Some(1),
        ..job(name)
    };
    store
        .put_document(document("one", 1), vec![limited("a")])
        .await
        .unwrap();
    let refused = store
        .put_document(document("one", 1), vec![job("b")])
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
    let second = Document {
        revision: 2,
        ..document("one", 1)
    };
    let refused = store
        .put_document(second.clone(), vec![limited("c")])
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::QueueFull { .. }), "{refused}");
    assert_eq!(get(store, "one").await.unwrap().revision, 1);
    assert_eq!(ids(&claim(store, "w").await), ["job a"]);
    assert_eq!(store.queue(at(0)).await.unwrap().len(), 1);
    put(store, second).await;
}
