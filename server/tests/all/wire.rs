//! Snapshots of the JSON that pages and programs read.

use crate::support::{
    path,
    program::{self, Place, key, post},
};
use insta::assert_snapshot;
use serde_json::{Map, Value};
use std::{collections::BTreeSet, fmt::Write as _, fs};

const DECK: &str =
    "---\ntitle: On the wire\n---\n\n# First\n\n---\n\n# Second\n\n* a\n* b\n\n---\n\n# Third\n";

/// `/state` without values that differ between runs.
fn state(printed: &str) -> Map<String, Value> {
    let Value::Object(mut state) = program::state(printed) else {
        panic!("the state is no object");
    };
    state.insert("epoch".to_owned(), "[epoch]".into());
    state.insert("deck".to_owned(), "[hash]".into());
    if let Some(Value::Object(clock)) = state.get_mut("clock") {
        for time in clock.values_mut().filter(|time| time.is_u64()) {
            *time = "[time]".into();
        }
    }
    state
}

fn without_epoch(body: &str) -> String {
    let Some((before, epoch)) = body.split_once("\"epoch\":\"") else {
        return body.to_owned();
    };
    let (_, after) = epoch.split_once('"').expect("its end");
    format!("{before}\"epoch\":\"[epoch]\"{after}")
}

/// One line for each field that was added, changed or removed.
fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> String {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .fold(String::new(), |mut text, name| {
            let value = after.get(name).map_or("gone".to_owned(), Value::to_string);
            writeln!(text, "  {name}: {value}").expect("into a string");
            text
        })
}

#[test]
fn the_state_of_a_talk_and_what_each_command_changes_in_it() {
    let place = Place::new();
    let deck = place.path("talk.md");
    fs::write(&deck, DECK).expect("a file");
    let (mut running, printed) = place.started(&[path(&deck)]);
    running.until_imported();
    let key = key(&printed);
    let mut before = state(&printed);
    let mut told = format!("begin\n{}", changes(&Map::new(), &before));
    for (name, form) in [
        ("next", "code=room"),
        ("next", "code=room"),
        ("clock", "code=room&clock=pause"),
        ("invite", "code=room&inviting=true"),
        ("scheme", "code=room&scheme=dark"),
        ("transition", "code=room&transition=fade"),
        ("screen", "code=room&screen=frozen"),
        ("go_to", "code=room&slide=2"),
        ("back_to_room", "code=room"),
        ("screen", "code=room&screen=black"),
        ("previous", "code=room"),
        ("screen", "code=room&screen=live"),
    ] {
        let (status, body) = post(&printed, &format!("/api/{name}"), &key, form);
        assert_eq!(status, 200, "{name}: {body}");
        let after = state(&printed);
        write!(told, "{name} {form}\n{}", changes(&before, &after)).expect("into a string");
        before = after;
    }
    let ended = place.command(&[]).args(["talks", "end", "room"]).output();
    assert!(ended.expect("it runs").status.success());
    write!(told, "end\n{}", changes(&before, &state(&printed))).expect("into a string");
    assert_snapshot!(told);
}

#[test]
fn what_a_program_is_refused_with() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    let key = key(&printed);
    let mut told = String::new();
    for (name, key, form) in [
        ("next", "", "code=room"),
        ("next", "wrong", "code=room"),
        ("next", &*key, "code=nope"),
        ("next", &*key, ""),
        ("next", &*key, "code=room&if_revision=7"),
        ("go_to", &*key, "code=room&slide=99"),
        ("go_to", &*key, "code=room&slide=0"),
        ("screen", &*key, "code=room&screen=green"),
        ("nonsense", &*key, "code=room"),
    ] {
        let (status, body) = post(&printed, &format!("/api/{name}"), key, form);
        let with = if key.is_empty() { " without a key" } else { "" };
        writeln!(
            told,
            "{name} {form}{with}\n  {status} {}",
            without_epoch(&body)
        )
        .expect("into a string");
    }
    assert_snapshot!(told);
}
