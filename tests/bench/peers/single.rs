//! Stages the sales of a queue in PostgreSQL and answers each, as one would write it with lapin and sqlx.
//!
//! One transaction a message holds the inbox row, the sale and its answer; then the message is acknowledged. A second
//! task publishes the answers that are committed, with confirms, and marks them. A message that comes again is known
//! by its UUID. Addresses: AMQP_URL and DATABASE_URL.

use chrono::{NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use eaid_bench::Failed;
use eaid_bench::broker::{IN, post};
use futures_util::{StreamExt, TryStreamExt, stream};
use lapin::message::Delivery;
use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};
use std::future::ready;
use std::time::Duration;
use uuid::Uuid;

/// The word by which the benchmark starts itself again as this.
pub const WORD: &str = "--single";

const PREFETCH: u16 = 100;
const CONNECTIONS: u32 = 20;
const TOGETHER: i64 = 500;
const PAUSE: Duration = Duration::from_millis(20);

const INBOX: &str = "insert into inbox (uuid, product, transaction, internal_id, body) values ($1, $2, $3, $4, $5)
                     on conflict do nothing";
const SL1: &str = "insert into sl1 (l1_filial, l1_docped, l1_cliente, l1_vend, l1_estacao, l1_operado, l1_emissao,
                                    l1_vlrtot, l1_vlrliq, l1_descont)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning l1_num";
const SL2: &str = "insert into sl2 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SL4: &str = "insert into sl4 values ($1, $2, $3, $4, $5, $6, $7, $8)";
const OUTBOX: &str = "insert into outbox (id, message, body) values ($1, $2, $3)";
const DUE: &str = "select id, body from outbox where sent_at is null order by created_at limit $1";
const SENT: &str = "update outbox set sent_at = now() where id = any($1)";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    header: Header,
    content: Sale,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    #[serde(rename = "UUID")]
    uuid: Uuid,
    event: String,
    transaction: String,
    version: String,
    source_application: String,
    company_id: String,
    branch_id: String,
    product_name: String,
    delivery_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sale {
    branch_id: String,
    internal_id: String,
    document_code: String,
    customer_vendor_internal_id: String,
    seller_internal_id: String,
    station_sale_point_internal_id: String,
    operator_internal_id: String,
    issue_date_document: NaiveDateTime,
    total_price: Decimal,
    net_price: Decimal,
    discount_value: Decimal,
    list_of_sale_item: Items,
    list_of_sale_condition: Payments,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Items {
    sale_item: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    item_order: String,
    item_internal_id: String,
    item_description: String,
    unit_of_measure_code: String,
    warehouse_internal_id: String,
    quantity: Decimal,
    unit_price: Decimal,
    item_price: Decimal,
    discount_total_prorated: Decimal,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Payments {
    sale_condition: Vec<Payment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Payment {
    date_of_payment: NaiveDate,
    payment_value: Decimal,
    payment_method_internal_id: String,
    financial_manager_code: String,
    installments: i32,
}

/// Works until it is killed.
pub async fn run() -> Result<(), Failed> {
    let (amqp, database) = (std::env::var("AMQP_URL")?, std::env::var("DATABASE_URL")?);
    let pool =
        PgPoolOptions::new().min_connections(CONNECTIONS).max_connections(CONNECTIONS).connect(&database).await?;
    let connection = Connection::connect(&amqp, ConnectionProperties::default()).await?;
    let incoming = connection.create_channel().await?;
    incoming.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let mut deliveries = incoming.basic_consume(IN.into(), "peer".into(), options, FieldTable::default()).await?;
    let outgoing = connection.create_channel().await?;
    outgoing.confirm_select(ConfirmSelectOptions::default()).await?;
    let publishing = tokio::spawn(publish(pool.clone(), outgoing));
    // The prefetch bounds how many are under way.
    while let Some(delivery) = deliveries.next().await {
        let (delivery, pool) = (delivery?, pool.clone());
        tokio::spawn(async move {
            if let Err(error) = stage(&pool, delivery).await {
                eprintln!("{error}");
            }
        });
    }
    publishing.await?
}

async fn stage(pool: &PgPool, delivery: Delivery) -> Result<(), Failed> {
    match keep(pool, &delivery.data).await {
        Ok(()) => delivery.acker.ack(BasicAckOptions::default()).await?,
        Err(error) => {
            delivery.acker.nack(BasicNackOptions { requeue: true, ..Default::default() }).await?;
            return Err(error);
        }
    };
    Ok(())
}

async fn keep(pool: &PgPool, body: &[u8]) -> Result<(), Failed> {
    let Message { header, content: sale } = serde_json::from_slice(body)?;
    let mut transaction = pool.begin().await?;
    let inserted = sqlx::query(INBOX)
        .bind(header.uuid)
        .bind(&header.product_name)
        .bind(&header.transaction)
        .bind(&sale.internal_id)
        .bind(body)
        .execute(&mut *transaction)
        .await?;
    if inserted.rows_affected() > 0 {
        insert(&mut transaction, &header, &sale).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn insert(database: &mut PgConnection, header: &Header, sale: &Sale) -> Result<(), Failed> {
    let branch = &sale.branch_id;
    let number: i64 = sqlx::query_scalar(SL1)
        .bind(branch)
        .bind(&sale.document_code)
        .bind(&sale.customer_vendor_internal_id)
        .bind(&sale.seller_internal_id)
        .bind(&sale.station_sale_point_internal_id)
        .bind(&sale.operator_internal_id)
        .bind(sale.issue_date_document)
        .bind(sale.total_price)
        .bind(sale.net_price)
        .bind(sale.discount_value)
        .fetch_one(&mut *database)
        .await?;
    for item in &sale.list_of_sale_item.sale_item {
        sqlx::query(SL2)
            .bind(branch)
            .bind(number)
            .bind(&item.item_order)
            .bind(&item.item_internal_id)
            .bind(&item.item_description)
            .bind(&item.unit_of_measure_code)
            .bind(&item.warehouse_internal_id)
            .bind(item.quantity)
            .bind(item.unit_price)
            .bind(item.item_price)
            .bind(item.discount_total_prorated)
            .execute(&mut *database)
            .await?;
    }
    for (payment, place) in sale.list_of_sale_condition.sale_condition.iter().zip(1_i32..) {
        sqlx::query(SL4)
            .bind(branch)
            .bind(number)
            .bind(place)
            .bind(payment.date_of_payment)
            .bind(payment.payment_value)
            .bind(&payment.payment_method_internal_id)
            .bind(&payment.financial_manager_code)
            .bind(payment.installments)
            .execute(&mut *database)
            .await?;
    }
    let answer = Uuid::new_v4();
    let body = respond(answer, header, sale, &format!("{branch}|{number}"));
    sqlx::query(OUTBOX).bind(answer).bind(header.uuid).bind(body).execute(database).await?;
    Ok(())
}

fn respond(answer: Uuid, header: &Header, sale: &Sale, internal_id: &str) -> String {
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let response = json!({
        "Header": {
            "UUID": answer.to_string(),
            "Type": "Response",
            "Transaction": header.transaction,
            "StandardVersion": "1.000",
            "Version": header.version,
            "SourceApplication": "PEER",
            "CompanyId": header.company_id,
            "BranchId": header.branch_id,
            "ProductName": "PROTHEUS",
            "ProductVersion": "12",
            "GeneratedOn": now,
            "DeliveryType": header.delivery_type,
        },
        "Content": {
            "ReceivedMessage": {
                "SentBy": header.source_application,
                "UUID": header.uuid.to_string(),
                "Event": header.event,
            },
            "ProcessingInformation": { "ProcessedOn": now, "Status": "OK" },
            "ReturnContent": {
                "ListOfInternalId": {
                    "InternalId": [
                        { "Name": "InternalId", "Origin": sale.internal_id, "Destination": internal_id },
                    ],
                },
            },
        },
    });
    response.to_string()
}

async fn publish(pool: PgPool, channel: Channel) -> Result<(), Failed> {
    loop {
        let due: Vec<(Uuid, String)> = sqlx::query_as(DUE).bind(TOGETHER).fetch_all(&pool).await?;
        if due.is_empty() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let ids: Vec<Uuid> = due.iter().map(|(id, _)| *id).collect();
        let answers = due.into_iter().map(|(id, body)| {
            post(&channel, "eai.out", "response.omni.retailsales", id.to_string().into(), body.into_bytes())
        });
        stream::iter(answers).buffer_unordered(ids.len()).try_for_each(|()| ready(Ok(()))).await?;
        sqlx::query(SENT).bind(ids).execute(&pool).await?;
    }
}
