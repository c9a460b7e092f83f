//! A system that lacks one of the walls around the process that reads decks.

use crate::support::{
    path,
    program::{Place, Running},
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::{collections::BTreeMap, env::consts::ARCH, process::Command, thread};

/// The name of each wall, and the system call that builds it.
const NETWORK: (&str, libc::c_long) = ("the network's (namespaces)", libc::SYS_unshare);
const FILES: (&str, libc::c_long) = ("the files' (Landlock)", libc::SYS_landlock_create_ruleset);
const CALLS: (&str, libc::c_long) = ("the system calls' (seccomp)", libc::SYS_seccomp);

/// Runs a program on a system that does not know this call.
fn without(call: libc::c_long, mut command: Command) -> Result<(Running, String), String> {
    let apart = thread::spawn(move || {
        // Processes inherit the filter of the thread that starts them.
        let filter = SeccompFilter::new(
            BTreeMap::from([(call, Vec::new())]),
            SeccompAction::Allow,
            SeccompAction::Errno(libc::ENOSYS.unsigned_abs()),
            ARCH.try_into().expect("a processor that is known"),
        );
        let program = BpfProgram::try_from(filter.expect("a filter")).expect("a program");
        seccompiler::apply_filter(&program).expect("it is applied");
        Place::tried(&mut command)
    });
    apart.join().expect("it ran")
}

fn command(place: &Place, options: &[&str]) -> Command {
    place.command(&[&["--listen", "127.0.0.1:0"], options].concat())
}

#[test]
fn each_wall_that_a_system_lacks_is_said_unasked_and_decks_are_read_behind_the_others() {
    for (wall, call) in [NETWORK, FILES, CALLS] {
        let place = Place::new();
        let deck = place.folder("deck");
        let picture = image::RgbImage::new(16, 9);
        picture.save(deck.join("1.png")).expect("an image");
        let started = without(call, command(&place, &[path(&deck)]));
        let (mut running, _) = started.expect("it starts");
        running.until_imported();
        let said = running.until_it_says("lacks walls");
        assert!(
            said.contains("WARN") && said.contains(wall),
            "{wall}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn nobody_else_brings_decks_on_a_system_that_lacks_the_wall_around_files() {
    for (wall, call) in [NETWORK, FILES, CALLS] {
        let place = Place::new();
        let started = without(call, command(&place, &["--open"]));
        match started.map(drop) {
            Ok(()) => assert_ne!(wall, FILES.0),
            Err(said) => {
                assert_eq!(wall, FILES.0, "{said}");
                assert!(said.contains("Leave out --open"), "{said}");
                assert_eq!(said.lines().count(), 1, "{said}");
            }
        }
    }
}
