"""Stages the sales of a queue in PostgreSQL and answers each, as one would write it with aio-pika and asyncpg.

One transaction a message holds the inbox row, the sale and its answer; then the message is acknowledged. A second
task publishes the answers that are committed, with confirms, and marks them. A message that comes again is known by
its UUID. Addresses: AMQP_URL and DATABASE_URL.
"""

import asyncio
import json
import os
import uuid
from datetime import date, datetime, timezone
from decimal import Decimal

import aio_pika
import asyncpg

PREFETCH = 100
CONNECTIONS = 20
TOGETHER = 500
PAUSE = 0.02

INBOX = """insert into inbox (uuid, product, transaction, internal_id, body) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning uuid"""
SL1 = """insert into sl1 (l1_filial, l1_docped, l1_cliente, l1_vend, l1_estacao, l1_operado, l1_emissao,
                          l1_vlrtot, l1_vlrliq, l1_descont)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning l1_num"""
SL2 = "insert into sl2 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
SL4 = "insert into sl4 values ($1, $2, $3, $4, $5, $6, $7, $8)"
OUTBOX = "insert into outbox (id, message, body) values ($1, $2, $3)"
DUE = "select id, body from outbox where sent_at is null order by created_at limit $1"
SENT = "update outbox set sent_at = now() where id = any($1)"


async def keep(pool: asyncpg.Pool, body: bytes) -> None:
    message = json.loads(body, parse_float=Decimal)
    header, sale = message["Header"], message["Content"]
    received, branch = uuid.UUID(header["UUID"]), sale["BranchId"]
    async with pool.acquire() as database, database.transaction():
        is_new = await database.fetchval(
            INBOX, received, header["ProductName"], header["Transaction"], sale["InternalId"], body
        )
        if not is_new:
            return
        number = await database.fetchval(
            SL1,
            branch,
            sale["DocumentCode"],
            sale["CustomerVendorInternalId"],
            sale["SellerInternalId"],
            sale["StationSalePointInternalId"],
            sale["OperatorInternalId"],
            datetime.fromisoformat(sale["IssueDateDocument"]),
            sale["TotalPrice"],
            sale["NetPrice"],
            sale["DiscountValue"],
        )
        await database.executemany(
            SL2,
            [
                (
                    branch,
                    number,
                    item["ItemOrder"],
                    item["ItemInternalId"],
                    item["ItemDescription"],
                    item["UnitOfMeasureCode"],
                    item["WarehouseInternalId"],
                    item["Quantity"],
                    item["UnitPrice"],
                    item["ItemPrice"],
                    item["DiscountTotalProrated"],
                )
                for item in sale["ListOfSaleItem"]["SaleItem"]
            ],
        )
        await database.executemany(
            SL4,
            [
                (
                    branch,
                    number,
                    place,
                    date.fromisoformat(payment["DateOfPayment"]),
                    payment["PaymentValue"],
                    payment["PaymentMethodInternalId"],
                    payment["FinancialManagerCode"],
                    payment["Installments"],
                )
                for place, payment in enumerate(sale["ListOfSaleCondition"]["SaleCondition"], 1)
            ],
        )
        answer = uuid.uuid4()
        await database.execute(OUTBOX, answer, received, respond(answer, header, sale, f"{branch}|{number}"))


def respond(answer: uuid.UUID, header: dict, sale: dict, internal_id: str) -> str:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return json.dumps(
        {
            "Header": {
                "UUID": str(answer),
                "Type": "Response",
                "Transaction": header["Transaction"],
                "StandardVersion": "1.000",
                "Version": header["Version"],
                "SourceApplication": "PEER",
                "CompanyId": header["CompanyId"],
                "BranchId": header["BranchId"],
                "ProductName": "PROTHEUS",
                "ProductVersion": "12",
                "GeneratedOn": now,
                "DeliveryType": header["DeliveryType"],
            },
            "Content": {
                "ReceivedMessage": {
                    "SentBy": header["SourceApplication"],
                    "UUID": header["UUID"],
                    "Event": header["Event"],
                },
                "ProcessingInformation": {"ProcessedOn": now, "Status": "OK"},
                "ReturnContent": {
                    "ListOfInternalId": {
                        "InternalId": [
                            {"Name": "InternalId", "Origin": sale["InternalId"], "Destination": internal_id}
                        ]
                    }
                },
            },
        }
    )


async def publish(pool: asyncpg.Pool, exchange: aio_pika.abc.AbstractExchange) -> None:
    while True:
        due = await pool.fetch(DUE, TOGETHER)
        if not due:
            await asyncio.sleep(PAUSE)
            continue
        answers = (
            aio_pika.Message(
                row["body"].encode(),
                message_id=str(row["id"]),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            for row in due
        )
        # Each returns with its confirm.
        await asyncio.gather(*(exchange.publish(answer, "response.omni.retailsales") for answer in answers))
        await pool.execute(SENT, [row["id"] for row in due])


async def main() -> None:
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS)
    connection = await aio_pika.connect(os.environ["AMQP_URL"])
    incoming = await connection.channel()
    await incoming.set_qos(prefetch_count=PREFETCH)
    outgoing = await connection.channel(publisher_confirms=True)
    queue = await incoming.get_queue("eai.in", ensure=False)

    async def stage(delivery: aio_pika.abc.AbstractIncomingMessage) -> None:
        # Acknowledged at the end of the block, given back where it raises.
        async with delivery.process(requeue=True):
            await keep(pool, delivery.body)

    await queue.consume(stage)
    await publish(pool, await outgoing.get_exchange("eai.out", ensure=False))


asyncio.run(main())
