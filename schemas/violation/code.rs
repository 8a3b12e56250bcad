//! The stable codes of violations, and the page of each: what it means, why it comes, what to do.

use std::fmt;

/// What people are told of a code, wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What is wrong, in one sentence.
    pub title: &'static str,
    /// When it comes, and what was read all the same.
    pub explanation: &'static str,
    /// What to do, in Portuguese, for the people of the shop.
    pub advice: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $title:literal])+ $name:ident = $text:literal $explanation:literal $advice:literal;)+) => {
        /// The stable codes that answers carry. Their texts are fixed; more may follow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $title])+ $name,)+ }

        impl Code {
            /// Every code, in the order of their declaration.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// Reads a code as it stands on the wire.
            pub fn parse(text: &str) -> Option<Code> {
                match text { $($text => Some(Code::$name),)+ _ => None }
            }

            /// What is told of it.
            pub const fn page(self) -> Page {
                match self {
                    $(Code::$name => Page {
                        title: concat!($($title),+).trim_ascii(),
                        explanation: $explanation,
                        advice: $advice,
                    },)+
                }
            }
        }
    };
}

codes! {
    /// A mandatory tag is absent or empty.
    Missing = "missing"
        "An empty text, a text of blanks and `null` count as absent. Of several tags that can stand for one another the first is named. A delete needs the key alone."
        "Envie a tag com um valor. Se ela não se aplica ao seu caso, confira a versão da mensagem e o evento.";
    /// The JSON kind does not fit the tag.
    WrongType = "wrong_type"
        "The document holds, say, an object where a text belongs. Numbers that come as text are read all the same, with a warning."
        "Corrija o tipo no sistema que envia: texto entre aspas, número sem aspas, objeto ou lista como na definição da mensagem.";
    /// The text is shorter than the tag asks.
    TooShort = "too_short"
        "Trailing blanks do not count."
        "Complete o valor até o tamanho mínimo da tag.";
    /// The text is longer than its column.
    TooLong = "too_long"
        "Characters are counted, not bytes, and trailing blanks are not. A partner's code that goes through De/Para may have 50."
        "Encurte o valor no sistema de origem: ele não é cortado aqui, para que nada se perca.";
    /// The number does not fit its column.
    OutOfRange = "out_of_range"
        "It has more digits before the point than its column holds, or lies outside the bounds of a count."
        "Confira o valor: em geral é um número sem vírgula decimal ou um campo trocado.";
    /// A list holds more members than the limit.
    TooManyItems = "too_many_items"
        "The bound is `[limits] items`. It protects memory; a sale that is really so large needs a higher bound."
        "Divida a mensagem ou peça ao administrador do eaid para aumentar `[limits] items`.";
    /// What the message names does not exist.
    NotFound = "not_found"
        "A De/Para entry, a record to delete, or something else that is named and not there. Where it may still come the message waits instead."
        "Envie ou cadastre primeiro o que a mensagem cita; veja `eaid depara missing`.";
    /// The items of a reserve lie in different branches.
    BranchesDiffer = "branches_differ"
        "A reserve has one branch that holds the stock."
        "Divida a reserva: uma mensagem por filial de estoque.";
    /// The text is no number.
    NotANumber = "not_a_number"
        "Digits with one dot or one comma are read; thousands separators are not. It is never taken for zero."
        "Envie só dígitos e um separador decimal, por exemplo 1234.56.";
    /// The text is no date.
    NotADate = "not_a_date"
        "`YYYY-MM-DD` and `YYYYMMDD` are read, with or without a time after `T`."
        "Envie a data como AAAA-MM-DD ou AAAA-MM-DDTHH:MM:SS.";
    /// The value is not one of the closed list.
    NotInList = "not_in_list"
        "The text names the members. Upper and lower case do not matter."
        "Use um dos valores da lista que acompanha a mensagem de erro.";
    /// The number must be greater than zero.
    NotPositive = "not_positive"
        "A quantity or price of zero or less means nothing here."
        "Envie um número maior que zero ou retire o item.";
    /// The number has more decimals than its column.
    TooManyDecimals = "too_many_decimals"
        "It is not rounded, since sums would no longer add up. What is nearer than 0.000001 to a shorter number is binary noise, and read with a warning."
        "Arredonde no sistema de origem para o número de casas da tag.";
    /// Neither header nor content names the event.
    EventMissing = "event_missing"
        "The event is `Header.Event`, else `Content.Event`."
        "Informe o evento no Header: upsert ou delete.";
    /// The event cannot be used with this message.
    EventRefused = "event_refused"
        "The registration takes only some events (`operation`), or the message cannot have this one: a sale is cancelled by a message of its own."
        "Confira o campo operation em adapters.toml; para cancelar uma venda envie RetailSalesCancellation.";
    /// The header has no version.
    VersionMissing = "version_missing"
        "The version chooses the registration."
        "Informe Header.Version, por exemplo 2.009.";
    /// The version is not one of those that eaid reads.
    VersionUnknown = "version_unknown"
        "It is matched by its major number. `2.9` is read as 2.009."
        "Envie uma das versões que a mensagem de erro cita.";
    /// No routine reads this transaction.
    TransactionUnknown = "transaction_unknown"
        "No routine reads it, and it is not registered with GENERIC."
        "Confira o nome em Header.Transaction; outra mensagem qualquer pode ser cadastrada com routine = \"GENERIC\".";
    /// The sender is not the one of any route.
    SourceUnknown = "source_unknown"
        "`ProductName` and `SourceApplication` must both be those of one route."
        "Confira product e application em routes.toml e o que o parceiro envia no Header.";
    /// The header has no product name, the key of every De/Para.
    ProductMissing = "product_missing"
        "Every De/Para belongs to a product name."
        "Informe Header.ProductName como está em routes.toml.";
    /// The sender's company and branch have no De/Para.
    CompanyUnknown = "company_unknown"
        "CompanyId and BranchId of the header are the sender's; `companies.csv` says which are ours. A sale also needs the state of the branch in `branches.csv`."
        "Inclua a empresa e a filial do parceiro em companies.csv, e o estado da filial em branches.csv.";
    /// No adapter is registered for this message.
    NotRegistered = "not_registered"
        "A routine reads the message, but no line of `adapters.toml` receives it for this partner, branch and major version."
        "Cadastre a mensagem em adapters.toml com receive = true, ou confira rota, filial e versão da linha que existe.";
    /// The id was integrated before.
    AlreadyIntegrated = "already_integrated"
        "Nothing was changed. The answer carries the id that exists, so that the sender can reconcile."
        "Use o id devolvido em ListOfInternalID; para corrigir a venda, cancele-a e envie outra.";
    /// The document number was used before in the same series and station.
    DocumentUsed = "document_used"
        "Another sale has the number."
        "Confira número, série e estação; cada documento é usado uma vez.";
    /// A total of the header differs from the sum of the items.
    SumDiffers = "sum_differs"
        "Freight and discount of the header are compared with those of the items, to the cent; cancelled items do not count."
        "Refaça o rateio no sistema de origem para que os itens somem o total.";
    /// The reserve was used, or differs in quantity or warehouse.
    ReserveDiffers = "reserve_differs"
        "The reserve is used up, or not of this product, quantity or warehouse."
        "Confira a reserva que o item cita; uma reserva já usada não serve a outra venda.";
    /// The delivery type needs a reserve.
    ReserveMissing = "reserve_missing"
        "Delivery types 3 and 4 are delivered from reserved stock."
        "Envie antes o ItemReserve e cite-o no item.";
    /// The customer is blocked.
    Blocked = "blocked"
        "RegisterSituation of the customer is not Active."
        "Envie o CustomerVendor com RegisterSituation Active ou desbloqueie o cliente.";
    /// The date lies in a closed period.
    PeriodClosed = "period_closed"
        "`[retail] closed_until` is the last closed day (MV_ULMES, MV_DBLQMOV)."
        "Confira a data da venda; reabrir o período é decisão do fiscal.";
    /// The state does not allow it.
    NotAllowed = "not_allowed"
        "What the message asks cannot be done to the record as it stands, or two of its tags exclude each other: a carrier in the header and in an item, taxes without KindOfDocument."
        "Leia no texto do erro em que situação o registro está, ou quais tags não podem vir juntas, e o que é possível.";
    /// What the message waited for never arrived.
    NeverCame = "never_came"
        "The message waited `[waiting] patience` for the key that the text names."
        "Envie ou cadastre o que falta e depois use `eaid messages retry --cause never_came`.";
    /// The available stock is less than what is asked.
    StockShort = "stock_short"
        "More is asked than is free in the warehouse."
        "Reduza a quantidade ou reponha o estoque do armazém citado.";
    /// The sale can no longer be cancelled.
    CannotCancel = "cannot_cancel"
        "It is invoiced, or an order of it is."
        "Trate a devolução no ERP: a venda já tem documento emitido.";
    /// Warning: read against the book.
    ReadAs = "read_as"
        "The value was understood, though it does not stand as the book has it. The message is not refused for it."
        "Nada impede a integração; corrija no sistema de origem quando for possível.";
    /// A newer message of the same id stands.
    Superseded = "superseded"
        "Its `GeneratedOn` is later. This message changed nothing."
        "Nada a fazer: vale a mensagem mais nova.";
    /// Warning: a customer without RegisterSituation is stored blocked.
    SituationAbsent = "situation_absent"
        "Protheus does the same."
        "Envie RegisterSituation Active para que o cliente possa comprar.";
    /// The CPF or CNPJ has a wrong length or wrong check digits.
    TaxNumber = "tax_number"
        "A CNPJ may have letters. By `[retail] tax_number_check` the customer is stored with a warning, or refused."
        "Confira o documento no cadastro de origem; cada dígito conta.";
    /// Unreadable: no JSON.
    NotJson = "not_json"
        "The text says where it breaks off. The bytes are kept."
        "Valide o JSON no sistema de origem: aspas, vírgulas e chaves.";
    /// Unreadable: no XML.
    NotXml = "not_xml"
        "The text says where it breaks off. A document type is never read."
        "Valide o XML no sistema de origem: toda tag aberta precisa ser fechada.";
    /// Unreadable: no Header and Content.
    NoEnvelope = "no_envelope"
        "It is JSON or XML, but no Mensagem Única: `Header` and `Content`, or `TOTVSMessage`, are needed."
        "Envie a mensagem inteira, com Header e Content; um trecho não pode ser lido sozinho.";
    /// Unreadable: an empty body.
    Empty = "empty"
        "Nothing but blanks."
        "Confira o envio: o arquivo ou a mensagem chegou sem conteúdo.";
    /// Unreadable: larger than the limit.
    TooLarge = "too_large"
        "The bound is `[limits] body`."
        "Divida a mensagem ou peça ao administrador do eaid para aumentar `[limits] body`.";
    /// Unreadable: nested deeper than the limit.
    TooDeep = "too_deep"
        "The bound is `[limits] depth`. No message of the book comes near it."
        "Confira a montagem da mensagem: há objetos dentro de objetos além do razoável.";
    /// Unreadable: the bytes are no text.
    Charset = "charset"
        "Neither the declared encoding nor UTF-8 nor windows-1252 fits."
        "Envie em UTF-8 e declare a codificação que de fato é usada.";
    /// Ours: a routine failed.
    Internal = "internal"
        "The message is kept with its bytes and its neighbours go on. It is our fault, not the message's."
        "Avise o suporte do eaid com o UUID; depois da correção use `eaid messages retry`.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}\n\n{}", self.title, self.explanation, self.advice)
    }
}
