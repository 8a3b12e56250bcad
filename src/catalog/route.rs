//! Which registration a message belongs to, and everything that its header has against it
//! (`domain/protocol.md` 7, `domain/README.md` 1, 2 and 5).

use super::{Catalog, Operation, Registration, Route, Version};
use eaid_adapters::near::nearest;
use eaid_adapters::routine::{Address, Part, Routine};
use eaid_schemas::envelope::response::Enabled;
use eaid_schemas::envelope::{Envelope, Event, Header};
use eaid_schemas::field::Choice;
use eaid_schemas::violation::{Code, Violation};
use std::cmp::Reverse;

/// A message whose way is clear.
pub struct Routed<'c> {
    /// Its registration.
    pub registration: &'c Registration,
    /// Who it is from.
    pub address: Address,
    /// Errors of the header: the content is read all the same, so that one answer names everything.
    pub errors: Vec<Violation>,
    /// Warnings of the header.
    pub warnings: Vec<Violation>,
}

/// A message that no routine can read.
pub struct Refused {
    /// Why; every reason.
    pub violations: Vec<Violation>,
}

impl Catalog {
    /// The route of a message: by its product and application, else by either, so that a refusal finds its
    /// way back.
    pub fn route_for(&self, header: &Header) -> Option<&Route> {
        let product = Header::text(&header.product_name).trim();
        let application = Header::text(&header.source_application).trim();
        let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
        let by_both = |route: &&Route| same(&route.product, product) && same(&route.application, application);
        let by_either = |route: &&Route| same(&route.product, product) || same(&route.application, application);
        self.routes.iter().find(by_both).or_else(|| self.routes.iter().find(by_either))
    }

    /// What stands against a message that asks what is exchanged: only a partner is told.
    pub fn check_asker(&self, envelope: &Envelope) -> Vec<Violation> {
        let mut violations = envelope.found.clone();
        self.check_source(&envelope.header, &mut violations);
        violations.retain(Violation::is_error);
        violations
    }

    /// What is exchanged with a partner, each message and version once, in the order of the file.
    pub fn enabled(&self, partner: &str) -> Vec<Enabled> {
        let mut enabled: Vec<Enabled> = Vec::new();
        let is_theirs = |known: &&Registration| {
            let route = self.routes.iter().find(|route| route.code == known.route);
            (known.send || known.receive) && route.is_some_and(|route| route.product == partner)
        };
        for known in self.registrations.iter().filter(is_theirs) {
            let (name, version) = (known.routine.message, known.version.to_string());
            match enabled.iter_mut().find(|one| one.name == name && one.version == version) {
                Some(one) => {
                    one.send |= known.send;
                    one.receive |= known.receive;
                }
                None => enabled.push(Enabled { name, version, send: known.send, receive: known.receive }),
            }
        }
        enabled
    }

    /// Finds the registration of a message.
    ///
    /// # Errors
    /// [`Refused`] where no routine can read it.
    pub fn find(&self, envelope: &Envelope, origin: &str, items: usize) -> Result<Routed<'_>, Refused> {
        let header = &envelope.header;
        let mut violations = envelope.found.clone();
        let route = self.check_source(header, &mut violations);
        let version = check_version(header, &mut violations);
        let event = check_event(envelope, &mut violations);
        let place = self.place(header, route, &mut violations);
        let branch = place.as_ref().map(|(_, branch)| branch.as_str());
        let found = self.registration(header, version, event, route, branch, &mut violations);
        let Some(registration) = found else { return Err(Refused { violations }) };
        let (errors, warnings) = violations.into_iter().partition(Violation::is_error);
        let address = Address {
            partner: route.map_or("", |route| &route.product).into(),
            event: match event {
                Some(Event::Request) | None => Event::Upsert,
                Some(event) => event,
            },
            company: place.as_ref().map_or("", |(company, _)| company).into(),
            branch: place.as_ref().map_or("", |(_, branch)| branch).into(),
            origin: origin.into(),
            items,
        };
        Ok(Routed { registration, address, errors, warnings })
    }

    /// Product and application: both must be those of one route.
    fn check_source(&self, header: &Header, violations: &mut Vec<Violation>) -> Option<&Route> {
        let product = Header::text(&header.product_name).trim();
        let application = Header::text(&header.source_application).trim();
        if product.is_empty() {
            let text = "ProductName não informado: é a referência de todo De/Para.";
            violations.push(Violation::error(Code::ProductMissing, "/Header/ProductName", text));
        }
        if application.is_empty() {
            let text = "A tag SourceApplication é obrigatória e não foi informada.";
            violations.push(Violation::error(Code::Missing, "/Header/SourceApplication", text));
        }
        let route = self.route_for(header);
        if product.is_empty() || application.is_empty() {
            return route;
        }
        let fits = |route: &Route| {
            (route.product.eq_ignore_ascii_case(product), route.application.eq_ignore_ascii_case(application))
        };
        match route.map(fits) {
            Some((true, true)) => {}
            Some((true, false)) => {
                let text = format!("SourceApplication \"{application}\" não é a aplicação de nenhuma rota do produto.");
                violations.push(Violation::error(Code::SourceUnknown, "/Header/SourceApplication", text));
            }
            _ => {
                let text = format!("ProductName \"{product}\" não é o produto de nenhuma rota.");
                violations.push(Violation::error(Code::SourceUnknown, "/Header/ProductName", text));
            }
        }
        route
    }

    fn registration(
        &self,
        header: &Header,
        version: Option<Version>,
        event: Option<Event>,
        route: Option<&Route>,
        branch: Option<&str>,
        violations: &mut Vec<Violation>,
    ) -> Option<&Registration> {
        let name = Header::text(&header.transaction).trim();
        if name.is_empty() {
            return None;
        }
        // What eaid sends it reads as a question only, and only where a line says so.
        let is_asked = |routine: &Routine| {
            routine.part.open().is_some()
                && self.registrations.iter().any(|known| known.receive && known.routine.name == routine.name)
        };
        let receives = |routine: &Routine| {
            let reads = matches!(routine.part, Part::Receives { .. }) || is_asked(routine);
            reads && routine.message.eq_ignore_ascii_case(name)
        };
        let known = self.routines().filter(|routine| receives(routine));
        let readers: Vec<&Routine> = known.collect();
        let Some(routine) = readers.first() else {
            let text = self.unread(name);
            violations.push(Violation::error(Code::TransactionUnknown, "/Header/Transaction", text));
            return None;
        };
        if let Some(version) = version
            && !readers.iter().any(|routine| routine.part.majors().contains(&version.major))
        {
            let majors: Vec<u32> = readers.iter().flat_map(|routine| routine.part.majors()).copied().collect();
            let text = format!("A versão {version} de {} não é lida; versões lidas: {majors:?}.x.", routine.message);
            violations.push(Violation::error(Code::VersionUnknown, "/Header/Version", text));
            return None;
        }
        let mut candidates: Vec<&Registration> = self
            .registrations
            .iter()
            .filter(|known| known.receive && receives(known.routine))
            .filter(|known| route.is_none_or(|route| route.code == known.route))
            .filter(|known| version.is_none_or(|version| version.major == known.version.major))
            .filter(|known| {
                known.execution_branch.is_empty() || branch.is_none_or(|branch| branch == known.execution_branch)
            })
            .collect();
        // Exactly the version first, then the branch's own line, then the newest version.
        candidates.sort_by_key(|known| {
            (version != Some(known.version), known.execution_branch.is_empty(), Reverse(known.version))
        });
        let Some(first) = candidates.first().copied() else {
            let text = format!("Nenhum adapter cadastrado recebe {} nesta versão deste parceiro.", routine.message);
            violations.push(Violation::error(Code::NotRegistered, "/Header/Transaction", text));
            return None;
        };
        let takes = |known: &&&Registration| match known.operation {
            Operation::All => true,
            Operation::Update => event != Some(Event::Delete),
            Operation::Delete => event == Some(Event::Delete),
        };
        let fitting = candidates.iter().find(takes).copied();
        if fitting.is_none() {
            let text = "O adapter cadastrado não aceita este evento (campo operation).";
            violations.push(Violation::error(Code::EventRefused, "/Header/Event", text));
        }
        Some(fitting.unwrap_or(first))
    }

    /// Says that no routine reads a message: one that only goes out, or perhaps a name that was meant otherwise.
    fn unread(&self, name: &str) -> String {
        let is_sent = |routine: &Routine| {
            routine.message.eq_ignore_ascii_case(name) && matches!(routine.part, Part::Sends { .. })
        };
        if self.routines().any(is_sent) {
            return format!("A mensagem \"{name}\" é enviada pelo eaid, nunca recebida.");
        }
        let read: Vec<&str> = self
            .routines()
            .filter(|routine| matches!(routine.part, Part::Receives { .. }))
            .map(|routine| routine.message)
            .collect();
        let hint = nearest(name, &read).map_or_else(String::new, |meant| format!(" Seria {meant}?"));
        format!("Nenhuma rotina lê a mensagem \"{name}\".{hint}")
    }

    /// Our company and branch (XXD).
    fn place(
        &self,
        header: &Header,
        route: Option<&Route>,
        violations: &mut Vec<Violation>,
    ) -> Option<(String, String)> {
        let (company, branch) = (Header::text(&header.company_id), Header::text(&header.branch_id));
        let route = route?;
        let found = self.books.company(&route.product, company, branch);
        if found.is_none() {
            let text = format!(
                "A empresa \"{company}\", filial \"{branch}\" não tem De/Para para {} (companies.csv).",
                route.product
            );
            violations.push(Violation::error(Code::CompanyUnknown, "/Header/BranchId", text));
        }
        found.map(|(company, branch)| (company.to_owned(), branch.to_owned()))
    }
}

fn check_version(header: &Header, violations: &mut Vec<Violation>) -> Option<Version> {
    let text = Header::text(&header.version).trim();
    if text.is_empty() {
        let text = "A versão da mensagem não foi informada.";
        violations.push(Violation::error(Code::VersionMissing, "/Header/Version", text));
        return None;
    }
    let Some((version, padded)) = Version::parse(text) else {
        let text = format!("\"{text}\" não é uma versão; esperado maior.menor, como 2.009.");
        violations.push(Violation::error(Code::VersionUnknown, "/Header/Version", text));
        return None;
    };
    if padded {
        let text = format!("Versão \"{text}\" lida como {version}.");
        violations.push(Violation::warning(Code::ReadAs, "/Header/Version", text));
    }
    Some(version)
}

fn check_event(envelope: &Envelope, violations: &mut Vec<Violation>) -> Option<Event> {
    let named = Header::text(&envelope.header.event).trim();
    let is_request = envelope.header.sub_type == Some(eaid_schemas::envelope::header::SubType::Request);
    match envelope.event {
        Some(event) => Some(event),
        None if is_request => Some(Event::Request),
        None if named.is_empty() => {
            let text = "O evento não foi informado nem no Header nem no Content.";
            violations.push(Violation::error(Code::EventMissing, "/Header/Event", text));
            None
        }
        None => {
            let known: Vec<&str> = Event::MEMBERS.iter().map(|(_, name, _)| *name).collect();
            let text = format!("O evento \"{named}\" não é aceito; eventos: {}.", known.join(", "));
            violations.push(Violation::error(Code::EventRefused, "/Header/Event", text));
            None
        }
    }
}
