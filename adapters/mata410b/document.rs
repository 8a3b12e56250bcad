//! The authorised document inside a trace, from version 1.001 on (`domain/trace.md` 4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eaid_schemas::document_traceability_order::{DocumentContent, DocumentXml};
use eaid_schemas::field::Text;

/// The text between a tag and its end, both included; the tag may carry attributes.
fn element<'x>(xml: &'x str, tag: &str) -> Option<&'x str> {
    let opening = format!("<{tag}");
    let closing = format!("</{tag}>");
    let starts = xml.match_indices(&opening).map(|(start, _)| start);
    let mut whole = starts.filter(|start| xml[start + opening.len()..].starts_with(['>', ' ', '/', '\n', '\r', '\t']));
    let start = whole.next()?;
    let end = xml[start..].find(&closing)? + start + closing.len();
    Some(&xml[start..end])
}

/// The text within an element of no children.
fn content<'x>(xml: &'x str, tag: &str) -> Option<&'x str> {
    let element = element(xml, tag)?;
    let start = element.find('>')? + 1;
    Some(&element[start..element.rfind("</")?])
}

/// The document with the authorisation that it carries (`protNFe`); without one it is taken for authorised,
/// since its key is known.
pub(crate) fn of(xml: &str) -> Option<DocumentContent> {
    let xml = xml.trim();
    if xml.is_empty() {
        return None;
    }
    let text = plain(xml);
    let protocol = text.as_deref().and_then(|text| element(text, "protNFe")).unwrap_or_default();
    let document = match &text {
        Some(text) => STANDARD.encode(text),
        None => xml.to_owned(),
    };
    Some(DocumentContent {
        document_xml: Some(DocumentXml {
            xml: Some(Text::new(document)),
            return_code: Some(Text::new("")),
            xml_auth: Some(Text::new(STANDARD.encode(protocol))),
            status_code_sefaz: Some(Text::new(content(protocol, "cStat").unwrap_or("100"))),
            status_content: Some(Text::new(content(protocol, "xMotivo").unwrap_or("Autorizado"))),
        }),
    })
}

/// The document as text: as it came, or out of base64. `None` where it is neither.
fn plain(xml: &str) -> Option<String> {
    if xml.starts_with('<') {
        return Some(xml.to_owned());
    }
    let bytes = STANDARD.decode(xml).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::of;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn told(xml: &str) -> (String, String, String, String) {
        let document = of(xml).unwrap().document_xml.unwrap();
        let decoded = |text: &str| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap();
        (
            decoded(document.xml.unwrap().as_str()),
            decoded(document.xml_auth.unwrap().as_str()),
            document.status_code_sefaz.unwrap().to_string(),
            document.status_content.unwrap().to_string(),
        )
    }

    #[test]
    fn takes_the_authorisation_out_of_the_document() {
        let protocol = r#"<protNFe versao="4.00"><infProt><cStat>100</cStat><xMotivo>Autorizado o uso da NF-e</xMotivo></infProt></protNFe>"#;
        let xml = format!("<nfeProc><NFe><xNome>Loja São João</xNome></NFe>{protocol}</nfeProc>");
        let expected = (xml.clone(), protocol.to_owned(), "100".to_owned(), "Autorizado o uso da NF-e".to_owned());
        assert_eq!(told(&xml), expected);
        assert_eq!(told(&STANDARD.encode(&xml)), expected);
    }

    #[test]
    fn a_bare_document_is_taken_for_authorised() {
        let (xml, authorisation, code, text) = told("<NFe/>");
        assert_eq!((&*xml, &*authorisation, &*code, &*text), ("<NFe/>", "", "100", "Autorizado"));
        assert!(of(" ").is_none());
    }
}
