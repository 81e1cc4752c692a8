use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

/// A place in a script that waits for the test.
///
/// Clones are the same gate. A gate that is open stays open, so it does not matter who comes first.
#[derive(Clone)]
pub struct Gate {
    opened: Arc<watch::Sender<bool>>,
    reached: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// A closed gate.
    #[expect(
        clippy::new_without_default,
        reason = "whether a default gate is open or closed would be a guess"
    )]
    pub fn new() -> Self {
        Self {
            opened: Arc::new(watch::Sender::new(false)),
            reached: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Lets through whoever waits here, now and later.
    pub fn open(&self) {
        self.opened.send_replace(true);
    }

    /// Waits until a script has come to this gate, opened or not.
    pub async fn reached(&self) {
        turned_true(&self.reached).await;
    }

    /// Comes to the gate and waits until it is open.
    pub async fn pass(&self) {
        self.reached.send_replace(true);
        turned_true(&self.opened).await;
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self.opened.borrow() {
            "Gate(open)"
        } else {
            "Gate(closed)"
        })
    }
}

async fn turned_true(flag: &watch::Sender<bool>) {
    // The sender is alive while it is borrowed, so waiting cannot fail.
    let _ = flag.subscribe().wait_for(|value| *value).await;
}
