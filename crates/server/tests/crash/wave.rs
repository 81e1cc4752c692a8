use std::time::Duration;

use fastrand::Rng;

use crate::client::{self, Account, Progress};
use crate::plan::{Plan, Stop};
use crate::site::Site;

/// How many runs meet a disturbance together.
pub(crate) const RUNS: usize = 18;

/// Runs that a disturbance meets together.
pub(crate) struct Wave {
    plans: Vec<Plan>,
    clients: Vec<tokio::task::JoinHandle<Account>>,
    progress: Progress,
}

impl Wave {
    /// Asks for runs, which are numbered from `from`; `stops` says whether they stop.
    pub(crate) fn begin(site: &Site, from: usize, stops: bool, rng: &mut Rng) -> Self {
        let mut wave = Self {
            plans: (from..from + RUNS)
                .map(|number| Plan::nth(number, stops, rng))
                .collect(),
            clients: Vec::new(),
            progress: Progress::default(),
        };
        site.world.hold();
        for plan in wave.plans.clone() {
            wave.ask(site, plan);
        }
        wave
    }

    fn ask(&mut self, site: &Site, plan: Plan) {
        site.counter.expect(&plan);
        let request = client::request(&plan, &site.counter.address);
        self.clients.push(tokio::spawn(client::run(
            plan,
            request,
            site.servers(),
            self.progress.clone(),
        )));
    }

    /// Waits until all are where they stop and have been told their ids. One more in the background, whose acceptance is waited for,
    /// is written after all that was told of the others.
    pub(crate) async fn settle(&mut self, site: &Site, number: usize) {
        site.world.stopped(self.plans.len()).await;
        let named = self.plans.iter().filter(|plan| plan.is_named()).count();
        self.progress.named(named).await;
        let plan = Plan {
            key: format!("run-{number}"),
            background: true,
            stream: false,
            tool: false,
            stop: Stop::Answer { round: 0, piece: 0 },
        };
        self.plans.push(plan.clone());
        self.ask(site, plan);
        self.progress.named(named + 1).await;
    }

    /// How many runs the model has been asked for and that no client has seen the end of.
    pub(crate) fn under_way(&self, site: &Site) -> usize {
        site.world.begun(&self.plans).saturating_sub(self.progress.ended())
    }

    /// Waits until most have begun, and then for some moment, before most are over.
    pub(crate) async fn random_moment(&self, site: &Site, rng: &mut Rng) {
        site.world.until_begun(&self.plans, RUNS * 3 / 4).await;
        tokio::time::sleep(Duration::from_millis(rng.u64(0..60))).await;
    }

    /// Waits until no client waits any more.
    pub(crate) async fn end(self) -> Vec<Account> {
        let mut accounts = Vec::new();
        for client in self.clients {
            accounts.push(client.await.unwrap());
        }
        accounts
    }
}
