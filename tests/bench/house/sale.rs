//! Messages as OMNI sends them: customers, and counter sales of three items and two payments, about 5 kB each.
//! They carry the tags that a real one carries, the empty ones and those that nobody reads as well.

use serde_json::{Value, json};

/// Customers that the sales name.
pub const CUSTOMERS: usize = 1_000;
/// Product codes of the partner; each is one of the five products of the demonstration's tables.
pub const PRODUCTS: usize = 1_000;

/// The UUID of a customer's message.
pub fn uuid_of_customer(number: usize) -> String {
    uuid(1, number)
}

/// The UUID of a sale's message.
pub fn uuid_of_sale(number: usize) -> String {
    uuid(2, number)
}

fn uuid(series: u32, number: usize) -> String {
    format!("{series:08x}-be0c-4000-8000-{number:012x}")
}

fn header(transaction: &str, version: &str, uuid: String) -> Value {
    json!({
        "UUID": uuid,
        "Type": "BusinessMessage",
        "SubType": "event",
        "Event": "upsert",
        "Transaction": transaction,
        "StandardVersion": "1.000",
        "Version": version,
        "SourceApplication": "OMNI",
        "CompanyId": "01",
        "BranchId": "0101",
        "ProductName": "OMNI",
        "ProductVersion": "1.0",
        "GeneratedOn": "2026-11-20T14:30:12-03:00",
        "DeliveryType": "async",
    })
}

/// A customer.
pub fn customer(number: usize) -> Vec<u8> {
    let message = json!({
        "Header": header("CUSTOMERVENDOR", "2.002", uuid_of_customer(number)),
        "Content": {
            "CompanyId": "01",
            "BranchId": "0101",
            "InternalId": format!("CLIENTE-{number}"),
            "Code": format!("{:06}", number + 1),
            "StoreId": "01",
            "Name": format!("Cliente de Teste {number}"),
            "ShortName": format!("Cliente {number}"),
            "Type": 1,
            "EntityType": 1,
            "StrategicCustomerType": "1",
            "RegisterSituation": "Active",
            "Address": {
                "Address": "Rua das Laranjeiras",
                "Number": "250",
                "District": "Bela Vista",
                "ZIPCode": "01310100",
                "City": { "CityCode": "3550308", "CityDescription": "São Paulo" },
                "State": { "StateCode": "SP" },
                "Country": { "CountryDescription": "BRASIL" },
            },
        },
    });
    message.to_string().into_bytes()
}

/// A counter sale.
pub fn sale(number: usize) -> Vec<u8> {
    let message = json!({
        "Header": header("RETAILSALES", "2.009", uuid_of_sale(number)),
        "Content": {
            "CompanyId": "01",
            "BranchId": "0101",
            "CompanyInternalId": "01|0101",
            "InternalId": format!("PEDIDO-{number}"),
            "SellerInternalId": "VENDEDOR-7",
            "SellerCode": "000007",
            "SellerName": "Vendedora da Loja Paulista",
            "CommissionPercent": 2.5,
            "CustomerVendorInternalId": format!("CLIENTE-{}", number % CUSTOMERS),
            "PersonalIdentification": "52998224725",
            "PurchaserName": "",
            "DocForeignPurchase": "",
            "OperatorInternalId": "OPERADOR-1",
            "StationSalePointInternalId": "CAIXA-1",
            "IssueDateDocument": "2026-11-20T14:30:00",
            "DocumentCode": format!("{:09}", number + 1),
            "KindOfDocument": "",
            "SerieCode": "",
            "KeyAcessNFe": "",
            "NfceProtocol": "",
            "SerialNumberSATEquipament": "",
            "SaleType": "V",
            "PresencialIndicator": "1",
            "ECommerceOrder": number.to_string(),
            "MovementNumber": "00001",
            "Md5": "9e107d9d372bb6826bd81d3542a419d6",
            "IsCanceled": false,
            "TotalPrice": 549.30,
            "NetPrice": 549.30,
            "GrossPrice": 569.30,
            "CommodityPrice": 569.30,
            "DiscountValue": 20.00,
            "DiscountPercent": 0.00,
            "IncreaseValue": 0.00,
            "FreightValue": 0.00,
            "InsuranceValue": 0.00,
            "CashValue": 49.30,
            "ChecksValue": 0.00,
            "CardsValue": 500.00,
            "DebitValue": 0.00,
            "CovenantValue": 0.00,
            "VouchersValue": 0.00,
            "FinancedValue": 0.00,
            "OthersValue": 0.00,
            "InputValue": 0.00,
            "CreditValue": 0.00,
            "Change": 0.70,
            "CurrencyRate": 1.0000,
            "InvoiceMessages": "Obrigado pela preferência. Trocas em até 30 dias com a nota fiscal e a etiqueta.",
            "TaxSource": "IBPT",
            "StateTaxBurden": 98.87,
            "MunicipalTaxBurden": 0.00,
            "FederalTaxBurden": 73.88,
            "ListOfSaleItem": {
                "SaleItem": [
                    item(number, 0, (2.0, 149.90, 299.80), (10.53, 52.06, 38.90)),
                    item(number, 1, (3.0, 49.90, 149.70), (5.26, 26.00, 19.43)),
                    item(number, 2, (1.0, 119.80, 119.80), (4.21, 20.81, 15.55)),
                ],
            },
            "ListOfSaleCondition": {
                "SaleCondition": [
                    payment(json!({
                        "PaymentValue": 49.30,
                        "PaymentMethodInternalId": "DINHEIRO",
                        "FinancialManagerCode": "",
                        "Installments": 1,
                    })),
                    payment(json!({
                        "PaymentValue": 500.00,
                        "PaymentMethodInternalId": "CREDITO",
                        "FinancialManagerCode": "VISA-CREDITO",
                        "CardNumber": "************4242",
                        "UniqueSerialNumber": format!("{:09}", number + 1),
                        "EftAutorization": format!("{:06}", number % 1_000_000),
                        "EftDocument": format!("{:09}", number + 1),
                        "EftDate": "2026-11-20",
                        "EftParcel": "001",
                        "EftInstitute": "VISA",
                        "Installments": 1,
                    })),
                ],
            },
        },
    });
    message.to_string().into_bytes()
}

/// An item: quantity, price and value; its shares of discount and of the tax burdens.
fn item(
    sale: usize,
    place: usize,
    (quantity, price, value): (f64, f64, f64),
    (share, state, federal): (f64, f64, f64),
) -> Value {
    let product = (sale * 7 + place * 311) % PRODUCTS;
    json!({
        "InternalId": format!("PEDIDO-{sale}"),
        "ItemInternalId": format!("SKU-BENCH-{product}"),
        "ItemCode": format!("SKU-BENCH-{product}"),
        "ItemDescription": "Tênis de corrida masculino azul, cabedal em malha, número 40",
        "ItemOrder": format!("{:02}", place + 1),
        "Quantity": quantity,
        "UnitPrice": price,
        "ItemPrice": value,
        "ItemTablePrice": price,
        "DiscountPercentage": 0.00,
        "DiscountAmount": 0.00,
        "DiscountTotalProrated": share,
        "Increase": 0.00,
        "IncreaseValueProrated": 0.00,
        "FreightValueProrated": 0.00,
        "OperationCode": "01",
        "UnitOfMeasureCode": "UN",
        "UnitOfMeasureInternalId": "01||UN",
        "WarehouseInternalId": "DEP-PAULISTA",
        "StoreIdentificationCode": "",
        "ItemDeliveryType": "2",
        "ItemReserveInternalId": "",
        "LotNumber": "",
        "SubLotNumber": "",
        "AddressItem": "",
        "SeriesItem": "",
        "IsCanceled": false,
        "StateTaxBurden": state,
        "MunicipalTaxBurden": 0.00,
        "FederalTaxBurden": federal,
    })
}

/// A payment with the tags that every one has.
fn payment(own: Value) -> Value {
    let mut payment = json!({
        "DateOfPayment": "2026-11-20",
        "PaymentTermCode": "",
        "SerieCheck": "",
        "BankCheck": "",
        "AgencyCheck": "",
        "AccountCheck": "",
        "DocumentOfIdentification": "",
        "PhoneNumber": "",
        "FinancialDocumentCode": "",
    });
    if let (Value::Object(payment), Value::Object(own)) = (&mut payment, own) {
        payment.extend(own);
    }
    payment
}

/// De/Para of everything that the sales name and no message brings.
pub fn depara() -> String {
    let mut csv = "reference,alias,field,external,internal\n".to_owned();
    for product in 0..PRODUCTS {
        csv += &format!("OMNI,SB1,B1_COD,SKU-BENCH-{product},01||PROD000{}\n", product % 5 + 1);
    }
    for line in [
        "NNR,NNR_CODIGO,DEP-PAULISTA,01|0101|01",
        "SA3,A3_COD,VENDEDOR-7,01||000007",
        "SLF,LF_COD,OPERADOR-1,01|0101|001",
        "SLG,LG_CODIGO,CAIXA-1,01|0101|001",
        "SX5,X5_CHAVE,DINHEIRO,01||24|R$",
        "SX5,X5_CHAVE,CREDITO,01||24|CC",
        "SAE,AE_COD,VISA-CREDITO,01||001",
    ] {
        csv += &format!("OMNI,{line}\n");
    }
    csv
}
