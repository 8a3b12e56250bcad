//! A customer who comes alone (`domain/pdvsync.md` 7): known by CPF or CNPJ and state registration.

use super::check::{self, missing};
use super::customer::{self, changed, needed, new, of_document, text};
use super::log::{self, Call as Logged, Operation, logged};
use super::tables::Pcclient;
use crate::books::Books;
use crate::effect::Effect;
use crate::routine::Case;
use crate::table::KEY;
use crate::verdict::{Findings, Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::pdvsync::{Customer, Sheet};
use eaid_schemas::read::Reading;
use eaid_schemas::violation::{Code, Violation};

/// A customer on the desk.
pub(super) struct Registering {
    sheet: Sheet,
    message: Customer,
    found: Vec<Violation>,
}

impl Registering {
    /// Reads it.
    pub fn open(sheet: Sheet, items: usize) -> Registering {
        let mut cx = Reading::of_any_spelling(items);
        let message = sheet.read::<Customer>(&mut cx);
        Registering { message, found: cx.finish(), sheet }
    }

    /// The state registration, of those who have a CNPJ: a person's card is none.
    fn registration(&self) -> &str {
        let is_of_company = self.message.document.as_ref().is_some_and(|document| document.is_of_company());
        if is_of_company { text(&self.message.registration) } else { "" }
    }

    /// Who it is, if it is known: the customer that is named, else the one of its document and registration.
    fn known(&self, world: &World) -> Result<Option<Pcclient>, Flaw> {
        if let Some(code) = &self.message.code
            && let Some(named) = world.rows::<Pcclient>(KEY, &[code.as_str()])?.pop()
        {
            return Ok(Some(named));
        }
        let registration = self.registration();
        let mut all = of_document(&self.message, world)?.into_iter();
        Ok(all.find(|one| registration.is_empty() || one.ieent == registration))
    }

    fn check(&self, known: Option<&Pcclient>, found: &mut Findings) {
        if known.is_none() {
            for (name, _) in needed(&self.message).iter().filter(|(_, value)| value.is_empty()) {
                missing(found, &format!("/{name}"), "o cadastro do cliente precisa dele");
            }
        }
        if self.message.document.as_ref().is_some_and(|document| !document.is_whole()) {
            found.error(Code::WrongType, "/cpfCnpj", "cpfCnpj não tem o tamanho de um CPF (11) nem de um CNPJ (14).");
        }
    }
}

impl Case for Registering {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        wants.numbers(log::SEQUENCE, 1);
        customer::wants(&self.message, wants);
    }

    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let settings = &books.pdvsync;
        let mut found = Findings::after(&self.found);
        let known = self.known(world)?;
        self.check(known.as_ref(), &mut found);
        let is_unknown = self.sheet.has_unknown_postal_code;
        check::postal_code(&self.message, "/cep", &settings.check_cep, is_unknown, &mut found);
        if !settings.enabled {
            found.error(Code::NotRegistered, "", "O recebimento de clientes está desligado ([pdvsync] enabled).");
        }
        let operation = if known.is_some() { Operation::Alter } else { Operation::Include };
        let (mut code, mut effects) = (String::new(), Vec::new());
        match known {
            _ if found.has_errors() => {}
            Some(known) => {
                code = known.codcli.to_string();
                if settings.update_customers && code != settings.consumer_customer {
                    effects.extend(changed(&known, &self.message, world));
                }
            }
            None => {
                let row = new(&self.message, self.registration().to_owned(), settings, world)?;
                code = row.codcli.to_string();
                effects.push(Effect::new_row(row));
            }
        }
        let ids = super::ids("", "", &code);
        let verdict = found.verdict(|| Staged { effects, ids, ..Staged::default() });
        let call = Logged { operation, order: "", position: "", customer: &code, json: self.sheet.text() };
        logged(verdict, &call, world)
    }

    fn internal_id(&self) -> &str {
        ""
    }

    fn found(&self) -> &[Violation] {
        &self.found
    }
}
