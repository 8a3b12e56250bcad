//! What `eaid check` says of the broker. Nothing is changed by it.

use super::connection::{connect, describe, within};
use super::settings::AmqpSettings;
use super::topology::{self, Object, Presence};
use crate::fault::Fault;
use lapin::Connection;
use serde::Serialize;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: String,
    /// It keeps eaid from working.
    pub is_error: bool,
    /// What was found, in Portuguese.
    pub text: String,
    /// What to do, in Portuguese; empty where nothing is to be done.
    pub advice: String,
}

/// Looks whether the broker can be reached, lets us in, and holds what eaid needs.
///
/// An object that is there is declared once more as we would have it: that changes nothing, and is the only way
/// over AMQP to learn that it is of another type.
pub async fn check(settings: &AmqpSettings) -> Vec<Finding> {
    let connection = match connect(settings, "eaid/check").await {
        Ok(connection) => connection,
        Err(fault) => {
            return vec![error(
                "RabbitMQ",
                &fault.to_string(),
                "Confira [amqp] url, o servidor e as permissões do usuário.",
            )];
        }
    };
    let mut findings = vec![good("RabbitMQ", "acessível, credenciais e virtual host aceitos")];
    for object in topology::objects(settings) {
        findings.push(match look_closely(&connection, settings, &object).await {
            Ok(finding) => finding,
            Err(fault) => {
                error(&object.text(), &fault.to_string(), "Confira as permissões do usuário no virtual host.")
            }
        });
        if !connection.status().connected() {
            break;
        }
    }
    drop(within(settings.timeout.0, "fim", connection.close(200, "done".into())).await);
    findings
}

async fn look_closely(connection: &Connection, settings: &AmqpSettings, object: &Object) -> Result<Finding, Fault> {
    let subject = object.text();
    if topology::look(connection, object, settings.timeout.0).await? == Presence::Absent {
        return Ok(match settings.declare {
            true => good(&subject, "ainda não existe (criação automática ao iniciar)"),
            false => error(&subject, "não existe", "Crie o objeto, ou ligue [amqp] declare."),
        });
    }
    let channel = within(settings.timeout.0, "canal", connection.create_channel()).await?;
    let again = tokio::time::timeout(settings.timeout.0, topology::declare(&channel, object, false)).await;
    let said = match again {
        Ok(Ok(())) => return Ok(good(&subject, "existe")),
        Ok(Err(said)) => describe(&said),
        Err(_) => return Err(Fault::Bus(format!("{subject}: sem resposta"))),
    };
    let differs = ["'type'", "'x-queue-type'", "'durable'", "'auto_delete'", "'exclusive'"];
    Ok(match said {
        said if differs.iter().any(|argument| said.contains(argument)) => error(
            &subject,
            &format!("existe, mas com outra definição: {said}"),
            "O eaid espera exchanges topic e filas quorum, duráveis. Mude o nome na configuração ou recrie o objeto.",
        ),
        // Arguments beyond the type are the administrator's business; so is a user who may not configure.
        _ => good(&subject, "existe"),
    })
}

fn good(subject: &str, text: &str) -> Finding {
    Finding { subject: subject.to_owned(), is_error: false, text: text.to_owned(), advice: String::new() }
}

fn error(subject: &str, text: &str, advice: &str) -> Finding {
    Finding { subject: subject.to_owned(), is_error: true, text: text.to_owned(), advice: advice.to_owned() }
}
