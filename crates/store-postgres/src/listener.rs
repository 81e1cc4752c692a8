use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::Change;
use sqlx::Executor as _;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};

use crate::failure::Failure;
use crate::options::Checked;
use crate::rows::unescaped;

/// Changes that a follower may lag behind; then it is told that it missed some.
pub const BACKLOG: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A silent connection is asked so often whether it still is one.
const SILENCE: Duration = Duration::from_secs(15);
const ANSWER: Duration = Duration::from_secs(10);

/// Passes on what the database notifies of, for ever. After every connection, the first included, followers are told that they may have
/// missed something.
pub async fn listen(options: Checked, followers: broadcast::Sender<Change>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut heard = false;
        let end = hear(&options, &followers, &mut heard).await;
        if let Err(failure) = end {
            let error = options.location.explain(failure, "");
            tracing::warn!(%error, "no notifications from the database until it is reached again: followers poll");
        }
        if heard {
            pause = FIRST_PAUSE;
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection is lost.
async fn hear(options: &Checked, followers: &broadcast::Sender<Change>, heard: &mut bool) -> Result<(), Failure> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ANSWER)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.connect.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(&format!("antiphon {}", options.schema)).await?;
    *heard = true;
    // That nobody follows now is no error.
    drop(followers.send(Change::Missed));
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                for change in changes(notification.payload()) {
                    drop(followers.send(change));
                }
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => match timeout(ANSWER, listener.execute("SELECT 1")).await {
                Ok(done) => done.map(|_| ())?,
                Err(_) => return Err(Failure::TimedOut(ANSWER)),
            },
        }
    }
}

/// One line for each interaction; an empty one for jobs.
fn changes(payload: &str) -> impl Iterator<Item = Change> {
    payload.split_terminator('\n').map(|line| match line {
        "" => Change::Jobs,
        id => Change::Interaction(InteractionId::from(unescaped(id.to_owned()).as_str())),
    })
}
