use super::{Wants, World};
use crate::crma980::tables::Sa1;
use crate::table::{Declared, KEY};

crate::excerpt! {
    /// Whose telephone rings.
    pub excerpt Ringing of Sa1 { a1_tel }
}

const ANA: [&str; 2] = ["000001", "01"];

fn world(wants: Wants) -> World {
    World::new(chrono::DateTime::UNIX_EPOCH.fixed_offset(), wants)
}

fn customer(name: &str) -> Sa1 {
    let [code, store] = ANA.map(Into::into);
    Sa1 { a1_cod: code, a1_loja: store, a1_tel: "3333".into(), a1_nome: name.into(), ..Sa1::default() }
}

/// Few columns are fetched while nobody of the batch reads more, those by which rows are found always.
#[test]
fn columns_are_those_that_somebody_reads() {
    let mut wants = Wants::default();
    wants.rows::<Ringing>(KEY, &ANA);
    let few = wants.columns(Sa1::TABLE).expect("few");
    let found_by = [Sa1::a1_cod, Sa1::a1_loja, Sa1::a1_cgc, Sa1::customer_id];
    assert!(found_by.iter().all(|column| few.contains(column)), "{few:?}");
    assert!(few.contains(&Sa1::a1_tel) && !few.contains(&Sa1::a1_nome), "{few:?}");
    let mut other = Wants::default();
    other.rows::<Sa1>(KEY, &["000002", "01"]);
    for (mut one, another) in [(wants, other), {
        let (mut whole, mut part) = (Wants::default(), Wants::default());
        whole.rows_of(Sa1::TABLE, KEY, &ANA);
        part.rows::<Ringing>(KEY, &ANA);
        (whole, part)
    }] {
        one.absorb(another);
        assert_eq!(one.columns(Sa1::TABLE), None);
    }
}

/// A row of which a part was read is asked again by who reads all of it, once.
#[test]
fn the_rest_of_a_row_is_asked_further() {
    let mut wants = Wants::default();
    wants.rows::<Ringing>(KEY, &ANA);
    let mut world = world(wants);
    world.know_row(customer("").into_row());
    assert_eq!(world.rows::<Ringing>(KEY, &ANA).expect("wanted")[0].a1_tel, "3333");
    let further = || {
        let mut further = Wants::default();
        further.rows::<Sa1>(KEY, &ANA);
        further
    };
    let asked = further().beyond(&world);
    assert_eq!((asked.asked().count(), asked.columns(Sa1::TABLE)), (1, None));
    world.widen(asked);
    world.know_row(customer("Ana").into_row());
    let rows = world.rows::<Sa1>(KEY, &ANA).expect("wanted");
    assert_eq!(rows, [customer("Ana")]);
    assert!(further().beyond(&world).is_empty());
}

/// Rows are found by an index that is asked for only after they came.
#[test]
fn rows_are_found_by_an_index_of_a_later_round() {
    let mut wants = Wants::default();
    wants.rows::<Sa1>(KEY, &ANA);
    let mut world = world(wants);
    world.know_row(customer("Ana").into_row());
    let mut further = Wants::default();
    further.rows::<Sa1>(Sa1::by_code, &ANA[..1]);
    world.widen(further.beyond(&world));
    assert_eq!(world.rows::<Sa1>(Sa1::by_code, &ANA[..1]).expect("wanted"), [customer("Ana")]);
}
