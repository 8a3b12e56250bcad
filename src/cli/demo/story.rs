//! The timeline: what is sent, what eaid decided, what it wrote, what it answered.

use super::watch::{Mailbox, Written};
use crate::bus::spool::drop_in;
use crate::catalog::compiled::DEMO_MESSAGES;
use crate::cli::Failure;
use crate::cli::print::{json, say};
use crate::office::Office;
use eaid_adapters::ljgrvbatch::tables::{Sc5, Sc6, Se1};
use eaid_adapters::loja701::tables::{Sl1, Sl2, Sl4};
use eaid_adapters::table::Declared;
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// One line of the timeline.
#[derive(Debug, Serialize)]
struct Line {
    time: String,
    what: String,
    verdict: String,
    wrote: Vec<String>,
    answered: Vec<String>,
    file: PathBuf,
}

/// The story while it is told.
pub struct Story {
    office: Arc<Office>,
    dir: PathBuf,
    json: bool,
    mailbox: Mailbox,
    lines: Vec<Line>,
}

impl Story {
    /// A story about to begin.
    pub fn new(office: Arc<Office>, dir: PathBuf, json: bool) -> Story {
        let mailbox = Mailbox::new(office.config.spool.outbox.join("omni"));
        Story { office, dir, json, mailbox, lines: Vec::new() }
    }

    /// Tells it: both sales, from reserve to delivery.
    ///
    /// # Errors
    /// [`Failure`] naming the step that did not happen.
    pub async fn tell(&mut self) -> Result<(), Failure> {
        if !self.json {
            say("eaid demo: uma venda Entrega e uma venda Retira, do começo ao fim\n")?;
        }
        self.message(0, "OMNI reserva o estoque da venda Entrega").await?;
        self.message(1, "OMNI manda o cliente").await?;
        self.message(2, "OMNI manda a venda Entrega").await?;
        let order = self.sales_order().await?;
        for (event, facts, status, what) in [
            ("invoiced", true, "Faturado", "O faturamento emite a nota de saída"),
            ("nfe_authorized", true, "Empacotado", "A SEFAZ autoriza a NF-e"),
            ("shipped", false, "Enviado", "A transportadora leva a caixa"),
            ("delivered", false, "Entregue", "O cliente recebe em casa"),
        ] {
            self.event(&order, event, facts, status, what).await?;
        }
        self.message(3, "OMNI reserva o estoque da venda Retira").await?;
        self.message(4, "OMNI manda a venda Retira").await?;
        let child = self.child().await?;
        self.event(&child, "pickup_confirmed", false, "Empacotado", "A loja confirma o pedido pendente").await?;
        let what = "A SEFAZ autoriza a NFC-e da retirada";
        self.event(&child, "fiscal_document_authorized", true, "Entregue", what).await
    }

    /// Sends a message of the demonstration and waits for its answer.
    async fn message(&mut self, index: usize, what: &str) -> Result<(), Failure> {
        let (name, body) = DEMO_MESSAGES[index];
        let sent: Value = serde_json::from_str(body).map_err(|error| Failure::Failed(format!("{name}: {error}")))?;
        let uuid = sent["Header"]["UUID"].clone();
        drop_in(&self.office.config.spool, name.rsplit('/').next().unwrap_or(name), body.as_bytes())?;
        let answers = |message: &Value| message["Content"]["ReceivedMessage"]["UUID"] == uuid;
        let answer = self.mailbox.wait(&format!("the answer to {name}"), answers).await?;
        let content = &answer.message["Content"];
        let status = text(&content["ProcessingInformation"]["Status"]);
        let ids = content["ReturnContent"]["ListOfInternalID"].as_array();
        let mut answered: Vec<String> = ids
            .into_iter()
            .flatten()
            .map(|id| format!("{} = {}", text(&id["Origin"]), text(&id["Destination"])))
            .collect();
        let messages = content["ProcessingInformation"]["ListOfMessages"].as_array();
        answered.extend(messages.into_iter().flatten().map(|message| text(&message["message"])));
        let wrote = if status == "OK" { self.wrote(&sent).await? } else { Vec::new() };
        self.line(what, &status, wrote, answered, &answer)?;
        if status == "OK" { Ok(()) } else { Err(Failure::Failed(format!("{name} was answered {status}"))) }
    }

    /// What a message left in the tables, in words.
    async fn wrote(&self, sent: &Value) -> Result<Vec<String>, Failure> {
        let content = &sent["Content"];
        Ok(match text(&sent["Header"]["Transaction"]).as_str() {
            "RETAILSALES" => {
                let sale = self.sale(&text(&content["InternalId"])).await?;
                let key =
                    [("company", sale.company.as_str()), ("l2_filial", &sale.l1_filial), ("l2_num", &sale.l1_num)];
                let items = self.office.store.view(Sl2::TABLE, &key, 100).await?.len();
                let key =
                    [("company", sale.company.as_str()), ("l4_filial", &sale.l1_filial), ("l4_num", &sale.l1_num)];
                let payments = self.office.store.view(Sl4::TABLE, &key, 100).await?.len();
                vec![format!(
                    "SL1 {} R$ {}, {items} linhas em SL2, {payments} parcelas em SL4",
                    sale.l1_num, sale.l1_vlrtot
                )]
            }
            "ITEMRESERVE" => vec![format!("SC0: documento {}", text(&content["DocumentReserve"]))],
            _ => vec!["SA1: cliente cadastrado, De/Para gravado".to_owned()],
        })
    }

    async fn sale(&self, external: &str) -> Result<Sl1, Failure> {
        let rows = self.office.store.view(Sl1::TABLE, &[("external_id", external), ("l1_orcres", "")], 1).await?;
        rows.first().map(Sl1::from_row).ok_or_else(|| Failure::Failed(format!("sale {external} is not in SL1")))
    }

    /// Waits for the first trace of the delivery order, and gives the order's id.
    async fn sales_order(&mut self) -> Result<String, Failure> {
        let trace = self.mailbox.wait("the first trace of the sales order", is_trace("Pedido bloqueado")).await?;
        let order = text(&trace.message["Content"]["InternalId"]);
        let sale = self.sale("PEDIDO-1001").await?;
        let of_sale = [("company", sale.company.as_str()), ("e1_filial", &sale.l1_filial), ("l1_num", &sale.l1_num)];
        let titles = self.office.store.view(Se1::TABLE, &of_sale, 100).await?;
        let total: rust_decimal::Decimal = titles.iter().map(|title| Se1::from_row(title).e1_vlrreal).sum();
        let orders = self.office.store.view(Sc5::TABLE, &[], 10).await?.len();
        let lines = self.office.store.view(Sc6::TABLE, &[], 100).await?.len();
        let wrote = vec![
            format!("SE1: {} títulos, R$ {total}", titles.len()),
            format!(
                "SC5: {orders} pedido ({order}), SC6: {lines} itens; SL1 {} passa a {}",
                sale.l1_num, sale.l1_situa
            ),
        ];
        let answered = vec![format!("rastreio: {}", text(&trace.message["Content"]["Status"]))];
        self.line("GravaBatch grava títulos e pedido", "OK", wrote, answered, &trace)?;
        Ok(order)
    }

    /// Waits until GravaBatch made the child of the pick-up sale, and gives its id.
    async fn child(&mut self) -> Result<String, Failure> {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let sale = self.sale("PEDIDO-1002").await?;
            let parent = [("l1_orcres", sale.l1_num.as_str()), ("l1_filres", &sale.l1_filial)];
            let children = self.office.store.view(Sl1::TABLE, &parent, 10).await?;
            if let Some(child) = children.first().map(Sl1::from_row) {
                let id = format!("{}|{}|{}", child.company, child.l1_filial, child.l1_num);
                let wrote = vec![format!("SL1: filho {id}, à espera da retirada (L1_ECFLAG {})", child.l1_ecflag)];
                self.say_line("GravaBatch grava títulos e pedido filho", "OK", &wrote, &[], self.dir.join("eaid.db"))?;
                return Ok(id);
            }
            if std::time::Instant::now() > deadline {
                return Err(Failure::Failed("GravaBatch made no child of PEDIDO-1002 in 20 seconds".to_owned()));
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Tells an order event by file and waits for its trace.
    async fn event(
        &mut self,
        order: &str,
        event: &str,
        facts: bool,
        status: &'static str,
        what: &str,
    ) -> Result<(), Failure> {
        let at = self.office.now().format("%Y-%m-%dT%H:%M:%S").to_string();
        let mut body = serde_json::json!({ "order": order, "event": event, "at": at });
        if facts {
            body["invoice"] =
                serde_json::json!({ "number": "000000900", "serie": "1", "value": 455.5, "issued_on": at[..10] });
        }
        if event != "invoiced" && facts {
            body["invoice"]["access_key"] = "35261112345678000195550010000009001123456789".into();
        }
        if event == "shipped" {
            body["tracking_code"] = "BR123456789".into();
        }
        drop_in(
            &self.office.config.spool,
            &format!("{event}-{}.json", order.replace('|', "-")),
            body.to_string().as_bytes(),
        )?;
        let order_id = order.to_owned();
        let of_order =
            move |message: &Value| is_trace(status)(message) && text(&message["Content"]["InternalId"]) == order_id;
        let trace = self.mailbox.wait(&format!("the trace `{status}` of {order}"), of_order).await?;
        let transaction = text(&trace.message["Header"]["Transaction"]);
        self.line(
            what,
            "OK",
            vec![format!("pedido {order}: {event}")],
            vec![format!("{transaction}: {status}")],
            &trace,
        )
    }

    fn line(
        &mut self,
        what: &str,
        verdict: &str,
        wrote: Vec<String>,
        answered: Vec<String>,
        file: &Written,
    ) -> Result<(), Failure> {
        self.say_line(what, verdict, &wrote, &answered, file.path.clone())
    }

    fn say_line(
        &mut self,
        what: &str,
        verdict: &str,
        wrote: &[String],
        answered: &[String],
        file: PathBuf,
    ) -> Result<(), Failure> {
        let time = self.office.now().format("%H:%M:%S%.3f").to_string();
        if !self.json {
            say(&format!("{time}  {what}  →  {verdict}"))?;
            for text in wrote {
                say(&format!("                gravado    {text}"))?;
            }
            for text in answered {
                say(&format!("                respondido {text}"))?;
            }
        }
        let (what, verdict, wrote, answered) = (what.to_owned(), verdict.to_owned(), wrote.to_vec(), answered.to_vec());
        self.lines.push(Line { time, what, verdict, wrote, answered, file });
        Ok(())
    }

    /// Says how it ended, where the files are, and what to do next.
    ///
    /// # Errors
    /// The failure of the story, told on.
    pub fn close(&self, told: Result<(), Failure>) -> Result<(), Failure> {
        if self.json {
            let ok = told.is_ok();
            json(&serde_json::json!({ "ok": ok, "folder": self.dir, "timeline": self.lines }))?;
            return told;
        }
        let dir = self.dir.display();
        say(&format!(
            "\nArquivos: {dir}\n  spool/taken  o que chegou    spool/out/omni  o que saiu    eaid.db  o banco (SQLite)"
        ))?;
        if told.is_ok() {
            say(
                "\nPróximos passos:\n  eaid init minha-loja      configuração para começar\n  cd minha-loja && eaid check\n  eaid run",
            )?;
        }
        told
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn is_trace(status: &str) -> impl Fn(&Value) -> bool + '_ {
    move |message| {
        text(&message["Header"]["Type"]) == "BusinessMessage" && text(&message["Content"]["Status"]) == status
    }
}
