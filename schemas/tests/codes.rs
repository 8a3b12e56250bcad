//! A page a code in `schemas/codes/`, as the type has it.

#![allow(clippy::expect_used)]

use eaid_schemas::violation::Code;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Regenerate with `EAID_WRITE_SCHEMAS=1 cargo test -p eaid-schemas --test codes`.
#[test]
fn every_code_has_its_page_and_no_page_is_left_over() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("codes");
    let pages = Code::ALL.iter().map(|code| (format!("{code}.md"), format!("# {code}\n\n{}\n", code.page())));
    let names: BTreeSet<String> = pages.clone().map(|(name, _)| name).collect();
    for (name, text) in pages {
        let file = folder.join(&name);
        if std::env::var_os("EAID_WRITE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder is made");
            std::fs::write(&file, &text).expect("the page is written");
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text, "{name} is not what the type says; regenerate with EAID_WRITE_SCHEMAS=1");
    }
    let there = folder.read_dir().expect("the folder").map(|file| file.expect("a file").file_name());
    let there: BTreeSet<String> = there.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(there, names);
}

#[test]
fn every_page_says_what_it_means_why_and_what_to_do() {
    for code in Code::ALL {
        let page = code.page();
        for part in [page.title, page.explanation, page.advice] {
            assert!(part.len() > 15 && part.ends_with('.'), "{code}: {part}");
        }
        assert_eq!(Code::parse(code.as_str()), Some(*code));
    }
}
