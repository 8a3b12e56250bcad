//! HTTP as a part of the daemon: what it asks of the office.

use super::Ended;
use crate::bus::Delivery;
use crate::bus::cep::{PostalCodes, Service};
use crate::bus::http::{self, Clerk, Done, Door, Found, Readiness, Reception, Report, Sought, States};
use crate::config::Config;
use crate::fault::Fault;
use crate::office::Office;
use crate::office::readiness::Board;
use crate::operate;
use crate::store::monitor::{MessageStory, Page, SentLine};
use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use eaid_adapters::pdvsync::CheckCep;
use eaid_schemas::pdvsync::{Shown, Standing};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long an order waits for what is known of its postal code.
const CEP_DEADLINE: Duration = Duration::from_secs(2);

/// Where calls come in, and who is asked about them.
pub struct Entrance {
    door: Door,
    postal_codes: Option<Arc<dyn PostalCodes>>,
}

/// Listens, or says why not, before anything else is started.
///
/// # Errors
/// [`Ended`].
pub async fn bind(config: &Config) -> Result<Entrance, Ended> {
    let postal_codes = match &config.pdvsync.check_cep {
        CheckCep::Off | CheckCep::Format => None,
        CheckCep::Service(url) => {
            let service = Service::new(url, CEP_DEADLINE);
            let service = service.map_err(|text| Ended::Usage(format!("[pdvsync] check_cep: {text}")))?;
            Some(Arc::new(service) as Arc<dyn PostalCodes>)
        }
    };
    let door = http::bind(&config.http).await.map_err(|error| match error.is_usage() {
        true => Ended::Usage(error.to_string()),
        false => Ended::Failed(error.to_string()),
    })?;
    Ok(Entrance { door, postal_codes })
}

/// Serves until stopped.
pub async fn serve(
    entrance: Entrance,
    office: Arc<Office>,
    board: Arc<Board>,
    deliver: mpsc::Sender<Delivery>,
    metrics: Option<PrometheusHandle>,
    stop: CancellationToken,
) {
    let config = &office.config;
    let (settings, limits, names) = (config.http.clone(), config.envelope_limits(), config.our_names());
    let clerk = Arc::new(OfficeClerk { office: office.clone(), board, metrics });
    let reception = Reception::new(settings, config.pdvsync.require_login, limits, names, deliver, clerk);
    let Entrance { door, postal_codes } = entrance;
    http::serve(door, reception.asking(postal_codes), None, stop).await;
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

    async fn pre_sales(&self, sought: &Sought, page: Page) -> Result<Found<Shown>, Fault> {
        operate::presales::list(&self.office, sought, page).await
    }

    async fn pre_sale(&self, number: &str) -> Result<Option<Shown>, Fault> {
        operate::presales::detail(&self.office, number).await
    }

    async fn standings(&self, sought: &States, page: Page) -> Result<Found<Standing>, Fault> {
        operate::presales::standings(&self.office, sought, page).await
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
