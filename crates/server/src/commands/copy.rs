use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use antiphon_store::{Error, ExportStore, ImportStore, Row, Table};
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use antiphon_store_sqlite::{Options, SqliteStore};
use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{SHA256, digest};
use futures::stream::{BoxStream, StreamExt as _, try_unfold};

use crate::commands::runtime;
use crate::data_dir::DataDir;
use crate::options::DatabaseUrl;

/// So many rows travel at once, interactions with all that belongs to them.
const PAGE: usize = 100;

/// Copy everything from one store into another that is empty, whole or not at all, and compare the two.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The store to copy, with no server or worker on it: `sqlite:FOLDER` (a data folder) or `postgres://…`.
    #[arg(long, env = "ANTIPHON_COPY_FROM", hide_env_values = true, value_name = "STORE")]
    from: Place,
    /// An empty store of the same forms.
    #[arg(long, env = "ANTIPHON_COPY_TO", hide_env_values = true, value_name = "STORE")]
    to: Place,
}

/// A store by its name on the command line.
#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Database(DatabaseUrl),
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(folder) = text.strip_prefix("sqlite:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::Folder(PathBuf::from(folder)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Database(text.parse().unwrap_or_else(|never| match never {})));
        }
        Err("write sqlite:FOLDER or postgres://USER:PASSWORD@HOST:PORT/DATABASE[?schema=NAME]")
    }
}

/// Both ends of a copy.
trait Copied: ExportStore + ImportStore {}

impl<T: ExportStore + ImportStore> Copied for T {}

/// Opens a store; the file, if any, keeps servers away from the folder for as long as it lives.
async fn open(place: &Place, must_be_there: bool) -> anyhow::Result<(Arc<dyn Copied>, Option<std::fs::File>)> {
    match place {
        Place::Folder(path) => {
            if must_be_there && !DataDir::at(Some(path))?.has_database() {
                bail!("{} holds no database", path.display());
            }
            let folder = DataDir::open(Some(path))?;
            let lock = folder.lock("")?;
            let store = SqliteStore::open(folder.make_database(), Options::default())?;
            Ok((Arc::new(store), Some(lock)))
        }
        Place::Database(url) => {
            let options = PostgresOptions::from_url(url.reveal())?;
            if must_be_there && antiphon_store_postgres::format(options.clone()).await?.stored == 0 {
                bail!("{} holds no store", options.location()?);
            }
            Ok((Arc::new(PostgresStore::connect(options).await?), None))
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let (from, _source_lock) = open(&arguments.from, true).await.context("--from cannot be copied")?;
        if from.is_worked_on().await? {
            bail!("servers or workers run on --from: stop them, or wait until the lease of one that died has run out");
        }
        let (to, _target_lock) = open(&arguments.to, false).await.context("--to cannot be written")?;
        if to.is_worked_on().await? {
            bail!("servers or workers run on --to: stop them first");
        }
        let sent = Arc::new(Mutex::new(Sums::default()));
        let counted = Arc::clone(&sent);
        let pages = pages(from).map(move |page| {
            let page = page?;
            counted.lock().unwrap_or_else(PoisonError::into_inner).add(&page);
            Ok(page)
        });
        match to.import(pages.boxed()).await {
            Err(Error::AlreadyExists(what)) => bail!("there is {what} already; a copy needs an empty store"),
            done => done.context("nothing was copied")?,
        }
        let mut written = Sums::default();
        let mut back = pages_of(&to);
        while let Some(page) = back.next().await {
            written.add(&page.context("the copy was written and cannot be read back")?);
        }
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        if *sent != written {
            bail!(
                "the copy is not what was sent: do not use it, empty the target and report this as a bug, with what was sent\n\
                 {sent}and what was read back\n{written}"
            );
        }
        writeln!(stdout(), "{sent}The copy was read back and is the same.")?;
        Ok(())
    })
}

fn pages_of(store: &Arc<dyn Copied>) -> BoxStream<'static, Result<Vec<Row>, Error>> {
    pages(Arc::clone(store))
}

/// All rows of a store, table by table.
fn pages(store: Arc<dyn Copied>) -> BoxStream<'static, Result<Vec<Row>, Error>> {
    let begin = (Table::ALL.into_iter(), None::<(Table, Option<Row>)>);
    try_unfold(begin, move |(mut tables, mut at)| {
        let store = Arc::clone(&store);
        async move {
            loop {
                let (table, after) = match at.take() {
                    Some(at) => at,
                    None => match tables.next() {
                        Some(table) => (table, None),
                        None => return Ok(None),
                    },
                };
                let page = store.export(table, after, PAGE).await?;
                if let Some(last) = page.last() {
                    let next = (page.len() == PAGE).then(|| (table, Some(last.clone())));
                    return Ok(Some((page, (tables, next))));
                }
            }
        }
    })
    .boxed()
}

/// What there was of each kind of rows, in whatever order it came.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums(BTreeMap<&'static str, Sum>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    /// The sum of the rows' SHA-256, in four lanes that wrap around.
    lanes: [u64; 4],
}

impl Sums {
    fn add(&mut self, page: &[Row]) {
        for row in page {
            let (name, inner) = match row {
                Row::Interaction(row) => (
                    "interactions",
                    vec![
                        ("inputs", u64::from(row.input.is_some())),
                        ("steps", row.steps.len() as u64),
                        ("open entries", row.entries.len() as u64),
                    ],
                ),
                Row::Job(_) => ("jobs", Vec::new()),
                Row::Document(_) => ("documents", Vec::new()),
                Row::Key(_) => ("keys", Vec::new()),
                Row::Secret(_) => ("secrets", Vec::new()),
            };
            self.0.entry(name).or_default().add(row);
            for (name, rows) in inner {
                self.0.entry(name).or_default().rows += rows;
            }
        }
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, sum) in &self.0 {
            writeln!(f, "{name:<13} {:>8}  {}", sum.rows, sum.shown())?;
        }
        Ok(())
    }
}

impl Sum {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        // A row has no map with keys that are no texts, so it can be written.
        let text = serde_json::to_vec(row).unwrap_or_default();
        for (lane, bytes) in self
            .lanes
            .iter_mut()
            .zip(digest(&SHA256, &text).as_ref().chunks_exact(8))
        {
            let part = bytes.iter().fold(0_u64, |part, byte| part << 8 | u64::from(*byte));
            *lane = lane.wrapping_add(part);
        }
    }

    fn shown(&self) -> String {
        if self.lanes == [0; 4] {
            return "(within interactions)".to_owned();
        }
        self.lanes.iter().fold(String::new(), |mut text, lane| {
            // Writing to a text does not fail.
            write!(text, "{lane:016x}").ok();
            text
        })
    }
}
