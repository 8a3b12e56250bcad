// Stages the sales of a queue in PostgreSQL and answers each, as one would write it with amqplib and pg.
//
// One transaction a message holds the inbox row, the sale and its answer; then the message is acknowledged. A loop
// publishes the answers that are committed, with confirms, and marks them. A message that comes again is known by its
// UUID. Addresses: AMQP_URL and DATABASE_URL.

import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";
import pg from "pg";

const PREFETCH = 100;
const CONNECTIONS = 20;
const TOGETHER = 500;
const PAUSE = 20;

const INBOX = `insert into inbox (uuid, product, transaction, internal_id, body) values ($1, $2, $3, $4, $5)
               on conflict do nothing`;
const SL1 = `insert into sl1 (l1_filial, l1_docped, l1_cliente, l1_vend, l1_estacao, l1_operado, l1_emissao,
                              l1_vlrtot, l1_vlrliq, l1_descont)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning l1_num`;
const SL2 = "insert into sl2 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SL4 = "insert into sl4 values ($1, $2, $3, $4, $5, $6, $7, $8)";
const OUTBOX = "insert into outbox (id, message, body) values ($1, $2, $3)";
const DUE = "select id, body from outbox where sent_at is null order by created_at limit $1";
const SENT = "update outbox set sent_at = now() where id = any($1)";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: CONNECTIONS });
// A statement with a name is prepared once a connection.
const run = (database, name, text, values) => database.query({ name, text, values });

async function keep(body) {
  const { Header: header, Content: sale } = JSON.parse(body);
  const database = await pool.connect();
  try {
    await database.query("begin");
    const inbox = [header.UUID, header.ProductName, header.Transaction, sale.InternalId, body];
    const { rowCount: isNew } = await run(database, "inbox", INBOX, inbox);
    if (isNew) await insert(database, header, sale);
    await database.query("commit");
    database.release();
  } catch (error) {
    database.release(error);
    throw error;
  }
}

async function insert(database, header, sale) {
  const branch = sale.BranchId;
  const { rows } = await run(database, "sl1", SL1, [
    branch,
    sale.DocumentCode,
    sale.CustomerVendorInternalId,
    sale.SellerInternalId,
    sale.StationSalePointInternalId,
    sale.OperatorInternalId,
    sale.IssueDateDocument,
    sale.TotalPrice,
    sale.NetPrice,
    sale.DiscountValue,
  ]);
  const number = rows[0].l1_num;
  for (const item of sale.ListOfSaleItem.SaleItem) {
    await run(database, "sl2", SL2, [
      branch,
      number,
      item.ItemOrder,
      item.ItemInternalId,
      item.ItemDescription,
      item.UnitOfMeasureCode,
      item.WarehouseInternalId,
      item.Quantity,
      item.UnitPrice,
      item.ItemPrice,
      item.DiscountTotalProrated,
    ]);
  }
  for (const [place, payment] of sale.ListOfSaleCondition.SaleCondition.entries()) {
    await run(database, "sl4", SL4, [
      branch,
      number,
      place + 1,
      payment.DateOfPayment,
      payment.PaymentValue,
      payment.PaymentMethodInternalId,
      payment.FinancialManagerCode,
      payment.Installments,
    ]);
  }
  const answer = randomUUID();
  const body = JSON.stringify(respond(answer, header, sale, `${branch}|${number}`));
  await run(database, "outbox", OUTBOX, [answer, header.UUID, body]);
}

function respond(answer, header, sale, internalId) {
  const now = new Date().toISOString();
  return {
    Header: {
      UUID: answer,
      Type: "Response",
      Transaction: header.Transaction,
      StandardVersion: "1.000",
      Version: header.Version,
      SourceApplication: "PEER",
      CompanyId: header.CompanyId,
      BranchId: header.BranchId,
      ProductName: "PROTHEUS",
      ProductVersion: "12",
      GeneratedOn: now,
      DeliveryType: header.DeliveryType,
    },
    Content: {
      ReceivedMessage: { SentBy: header.SourceApplication, UUID: header.UUID, Event: header.Event },
      ProcessingInformation: { ProcessedOn: now, Status: "OK" },
      ReturnContent: {
        ListOfInternalId: {
          InternalId: [{ Name: "InternalId", Origin: sale.InternalId, Destination: internalId }],
        },
      },
    },
  };
}

async function publish(channel) {
  for (;;) {
    const { rows } = await run(pool, "due", DUE, [TOGETHER]);
    if (rows.length === 0) {
      await pause(PAUSE);
      continue;
    }
    for (const { id, body } of rows) {
      const options = { persistent: true, messageId: id, contentType: "application/json" };
      channel.publish("eai.out", "response.omni.retailsales", Buffer.from(body), options);
    }
    await channel.waitForConfirms();
    await run(pool, "sent", SENT, [rows.map(({ id }) => id)]);
  }
}

const connection = await amqp.connect(process.env.AMQP_URL);
const incoming = await connection.createChannel();
await incoming.prefetch(PREFETCH);
await incoming.consume("eai.in", async (delivery) => {
  try {
    await keep(delivery.content);
    incoming.ack(delivery);
  } catch (error) {
    console.error(error);
    incoming.nack(delivery);
  }
});
await publish(await connection.createConfirmChannel());
