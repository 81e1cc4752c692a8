use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::failure::Failure;
use crate::options::Checked;

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(300);

/// Tries again until it is too late, with growing pauses.
pub struct Tries {
    until: Instant,
    pause: Duration,
}

impl Tries {
    pub fn new(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
            pause: FIRST_PAUSE,
        }
    }

    pub fn until(&self) -> Instant {
        self.until
    }

    /// Waits before the next try; `false` when there is no time for one.
    pub async fn again(&mut self) -> bool {
        if Instant::now() + self.pause >= self.until {
            return false;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

/// What a caller asks of a connection.
pub trait Ask<T>: for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, Failure>> + Send + Sync {}

impl<T, F> Ask<T> for F where F: for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, Failure>> + Send + Sync {}

/// The connections for everything but commits and notifications.
#[derive(Clone)]
pub struct Connections {
    pool: PgPool,
    time: Duration,
}

impl Connections {
    pub fn new(options: &Checked) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(options.pool_size)
            .acquire_timeout(options.timeout)
            .idle_timeout(IDLE)
            .test_before_acquire(false)
            .connect_lazy_with(options.connect.clone());
        Self {
            pool,
            time: options.timeout,
        }
    }

    /// Asks for what may be asked twice: a lost connection costs another try.
    pub async fn ask<T>(&self, what: impl Ask<T>) -> Result<T, Failure> {
        let mut tries = Tries::new(self.time);
        loop {
            let failure = match self.take(&tries).await {
                Ok(connection) => match self.ask_on(connection, &tries, &what).await {
                    Ok(answer) => return Ok(answer),
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            if !failure.passes() || !tries.again().await {
                return Err(failure);
            }
        }
    }

    /// Asks for what must not be done twice: the connection is tried first, the request is sent once, or again when the
    /// database says that it undid it.
    pub async fn ask_once<T>(&self, what: impl Ask<T>) -> Result<T, Failure> {
        let mut tries = Tries::new(self.time);
        loop {
            let failure = match self.take(&tries).await {
                Ok(mut connection) => match timeout_at(tries.until(), connection.ping()).await {
                    Ok(Ok(())) => match self.ask_on(connection, &tries, &what).await {
                        Err(failure) if failure.was_undone() => failure,
                        answer => return answer,
                    },
                    Ok(Err(error)) => {
                        drop(connection.detach());
                        error.into()
                    }
                    Err(_) => {
                        drop(connection.detach());
                        Failure::TimedOut(self.time)
                    }
                },
                Err(failure) => failure,
            };
            if !failure.passes() || !tries.again().await {
                return Err(failure);
            }
        }
    }

    async fn take(&self, tries: &Tries) -> Result<PoolConnection<Postgres>, Failure> {
        match timeout_at(tries.until(), self.pool.acquire()).await {
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => Err(Failure::NoConnection(self.time)),
            Ok(taken) => Ok(taken?),
        }
    }

    async fn ask_on<T>(
        &self,
        mut connection: PoolConnection<Postgres>,
        tries: &Tries,
        what: &impl Ask<T>,
    ) -> Result<T, Failure> {
        let answer = match timeout_at(tries.until(), what(&mut connection)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::TimedOut(self.time)),
        };
        if answer.as_ref().is_err_and(|failure| !failure.spares_connection()) {
            // Handed back, it would be waited for once more.
            drop(connection.detach());
        }
        answer
    }
}

/// Opens a connection of one's own.
pub async fn open(options: &Checked, time: Duration) -> Result<PgConnection, Failure> {
    match timeout(time, PgConnection::connect_with(&options.connect)).await {
        Ok(opened) => Ok(opened?),
        Err(_) => Err(Failure::NoConnection(time)),
    }
}
