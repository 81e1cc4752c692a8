use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use antiphon_interaction::{
    ApiError, CreateWebhook, ErrorCode, InteractionId, Settings, Status, Webhook, WebhookConfig, WebhookDelivery,
    WebhookEvent,
};
use antiphon_outbound::OutboundRules;
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    Claim, Commit, DocumentStore as _, Head, Job, JobStore as _, ProjectId, Record, Store, Update, WorkerId,
};
use antiphon_webhooks::{JOBS, Page, Parts, Webhooks, jobs_for};
use jiff::Timestamp;

/// 2026-01-02T03:04:05Z.
const START: i64 = 1_767_323_045;

/// One installation.
pub struct Setup {
    pub store: Arc<MemoryStore>,
    pub webhooks: Webhooks,
    pub project: ProjectId,
    clock: Arc<AtomicI64>,
    interactions: AtomicU64,
}

impl Setup {
    /// Receivers may be on this machine.
    pub fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let clock = Arc::new(AtomicI64::new(START));
        Self {
            webhooks: webhooks(&store, &clock, &["127.0.0.0/8"]),
            store,
            project: ProjectId::default(),
            clock,
            interactions: AtomicU64::new(1),
        }
    }

    /// The same installation after its operator took everything off the allow list.
    pub fn allowing_nothing(&self) -> Webhooks {
        webhooks(&self.store, &self.clock, &[])
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    pub fn advance(&self, duration: Duration) {
        self.clock
            .fetch_add(duration.as_secs().cast_signed(), Ordering::Relaxed);
    }

    pub fn advance_to(&self, time: Timestamp) {
        // The clock counts seconds; a job is due when it is past, not before.
        self.clock.store(time.as_second() + 1, Ordering::Relaxed);
    }

    pub async fn hook(&self, uri: &str, events: &[WebhookEvent]) -> Webhook {
        let request = CreateWebhook {
            name: None,
            uri: uri.to_owned(),
            subscribed_events: events.to_vec(),
        };
        self.webhooks.create(&self.project, request).await.unwrap()
    }

    /// A background interaction that ended like this, with what its last commit enqueues.
    pub async fn ended(&self, status: Status, config: Option<WebhookConfig>) -> InteractionId {
        let number = self.interactions.fetch_add(1, Ordering::Relaxed);
        let id = InteractionId::from(format!("v1_{number}").as_str());
        let head = Head {
            settings: Settings {
                webhook_config: config,
                ..Settings::default()
            },
            ..Head::default()
        };
        let record = Record {
            id: id.clone(),
            project: self.project.clone(),
            parent: None,
            background: true,
            owner: None,
            status: Status::InProgress,
            created: self.now(),
            updated: self.now(),
            head: head.clone(),
        };
        let mut begin = Commit::new(self.project.clone(), id.clone());
        begin.create = Some((record, Vec::new()));
        self.store.commit(begin).await.unwrap();
        let errors = (status == Status::Failed).then(|| vec![ApiError::new(ErrorCode::ApiError, "it broke")]);
        let update = Update {
            status,
            updated: self.now(),
            head: Head { errors, ..head },
        };
        let mut end = Commit::new(self.project.clone(), id.clone());
        end.enqueue = jobs_for(&self.project, &id, &update).unwrap();
        end.update = Some(update);
        self.store.commit(end).await.unwrap();
        id
    }

    pub async fn claim(&self) -> Vec<Job> {
        let worker = WorkerId::from("worker");
        let lease = Duration::from_secs(60);
        assert!(self.store.heartbeat(worker.clone(), self.now(), lease).await.unwrap());
        let claim = Claim {
            worker,
            kinds: JOBS.map(str::to_owned).to_vec(),
            now: self.now(),
            limit: 16,
            per_project: None,
        };
        self.store.claim(claim).await.unwrap()
    }

    /// Does what is due, and what that makes due, by these webhooks.
    pub async fn work_by(&self, webhooks: &Webhooks) {
        loop {
            let jobs = self.claim().await;
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                let settlement = webhooks.run(&job).await.unwrap();
                assert!(self.store.settle(job.id, job.fence, settlement).await.unwrap());
            }
        }
    }

    pub async fn work(&self) {
        self.work_by(&self.webhooks).await;
    }

    /// How many jobs wait, due or not.
    pub async fn waiting(&self) -> u64 {
        let queue = self.store.queue(self.now()).await.unwrap();
        queue
            .iter()
            .map(|depth| depth.waiting + depth.held + depth.abandoned)
            .sum()
    }

    /// The attempts to deliver, the oldest first.
    pub async fn attempts(&self, id: &str) -> Vec<WebhookDelivery> {
        let page = Page {
            size: Some(1000),
            token: None,
        };
        let mut list = self
            .webhooks
            .deliveries(&self.project, id, &page)
            .await
            .unwrap()
            .deliveries;
        list.reverse();
        list
    }

    /// The raw JSON of a webhook in the store.
    pub async fn stored(&self, id: &str) -> String {
        let found = self
            .store
            .document("webhooks", self.project.clone(), id.to_owned())
            .await;
        found.unwrap().unwrap().body
    }
}

fn webhooks(store: &Arc<MemoryStore>, clock: &Arc<AtomicI64>, allow: &[&str]) -> Webhooks {
    let clock = Arc::clone(clock);
    let count = AtomicU64::new(clock.load(Ordering::Relaxed).cast_unsigned());
    Webhooks::new(Parts {
        store: Arc::clone(store) as Arc<dyn Store>,
        outbound: OutboundRules {
            allow: allow.iter().map(|entry| entry.parse().unwrap()).collect(),
            ..OutboundRules::default()
        },
        now: Arc::new(move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()),
        random: Arc::new(move |bytes| {
            // SplitMix64: other bytes each time, the same in every run.
            for chunk in bytes.chunks_mut(8) {
                let mut mixed = count.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^= mixed >> 31;
                chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
            }
        }),
    })
    .unwrap()
}
