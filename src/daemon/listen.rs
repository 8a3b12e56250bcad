//! HTTP as a part of the daemon: what it asks of the office.

use super::Ended;
use crate::bus::Delivery;
use crate::bus::http::{self, Clerk, Done, Door, Readiness, Reception, Report};
use crate::config::Config;
use crate::fault::Fault;
use crate::office::Office;
use crate::office::readiness::Board;
use crate::operate;
use crate::store::monitor::{MessageStory, SentLine};
use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Listens, or says why not, before anything else is started.
///
/// # Errors
/// [`Ended`].
pub async fn bind(config: &Config) -> Result<Door, Ended> {
    http::bind(&config.http).await.map_err(|error| match error.is_usage() {
        true => Ended::Usage(error.to_string()),
        false => Ended::Failed(error.to_string()),
    })
}

/// Serves until stopped.
pub async fn serve(
    door: Door,
    office: Arc<Office>,
    board: Arc<Board>,
    deliver: mpsc::Sender<Delivery>,
    metrics: Option<PrometheusHandle>,
    stop: CancellationToken,
) {
    let config = &office.config;
    let (settings, limits, names) = (config.http.clone(), config.envelope_limits(), config.our_names());
    let clerk = Arc::new(OfficeClerk { office: office.clone(), board, metrics });
    let reception = Reception::new(settings, http::RequireLogin::Auto, limits, names, deliver, clerk);
    http::serve(door, reception, None, stop).await;
}

struct OfficeClerk {
    office: Arc<Office>,
    board: Arc<Board>,
    metrics: Option<PrometheusHandle>,
}

#[async_trait]
impl Clerk for OfficeClerk {
    async fn stories(&self, uuid: &str) -> Result<Vec<MessageStory>, Fault> {
        self.office.store.stories(uuid).await
    }

    async fn sent_for(&self, message: &str) -> Result<Vec<SentLine>, Fault> {
        self.office.store.sent_for(message).await
    }

    async fn gravabatch_done(&self, report: &Report) -> Result<Done, Fault> {
        operate::gravabatch::done(&self.office, report).await
    }

    fn readiness(&self) -> Readiness {
        let checks = serde_json::to_value(self.board.read()).unwrap_or(Value::Null);
        Readiness { is_ready: self.board.is_ready(), checks }
    }

    fn metrics(&self) -> String {
        self.metrics.as_ref().map_or_else(String::new, |handle| {
            handle.run_upkeep();
            handle.render()
        })
    }

    fn now(&self) -> DateTime<FixedOffset> {
        self.office.now()
    }
}
