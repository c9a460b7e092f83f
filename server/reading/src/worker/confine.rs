//! The sandbox. A worker gives up its rights for good before it reads untrusted bytes.
//!
//! Resource limits are required: without them the worker does not start. The three walls (network,
//! files, system calls) are built as far as the system allows: a container may forbid the first, an old
//! kernel lacks the second. Each of them alone prevents serious harm: with the filter of system calls,
//! for example, a worker can't reach a network, write a file, or start a process.

mod calls;

use super::protocol::{Confinement, Held, ProcessLimits};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use nix::sched::{CloneFlags, unshare};
use rustix::{
    process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal, setrlimit},
    thread::{CapabilitySet, CapabilitySets, set_capabilities, set_name, set_no_new_privs},
};
use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io,
    os::fd::{AsFd, RawFd},
    path::PathBuf,
};

/// Folders of fonts, for PDFs that embed none. The last ones are below the server's home. Missing
/// folders are skipped.
const FONTS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
const OWN_FONTS: [&str; 2] = [".fonts", ".local/share/fonts"];

/// Open files: the pipes, a source's file, a font.
const OPEN_FILES: u64 = 64;

/// The lowest priority: a talk's taps come first.
const NICE: i32 = 10;

/// The newest version of Landlock that is used. Older kernels enforce what they know of it.
const LANDLOCK: ABI = ABI::V6;

#[derive(Debug, thiserror::Error)]
#[error("a worker without its limits does not start: {what}: {cause}")]
pub struct Unlimited {
    what: &'static str,
    cause: io::Error,
}

/// Takes over standard output as the pipe for answers, and redirects standard output to the log, so that
/// what a library prints is no answer. Closes inherited descriptors.
///
/// # Errors
/// When there is no such pipe.
pub fn answers() -> io::Result<File> {
    let extra: Vec<RawFd> = fs::read_dir("/proc/self/fd")
        .map(|files| {
            files
                .filter_map(|file| file.ok()?.file_name().to_str()?.parse().ok())
                .filter(|descriptor| *descriptor > 2)
                .collect()
        })
        .unwrap_or_default();
    for descriptor in extra {
        // The descriptor of the listing itself is closed already.
        let _ = nix::unistd::close(descriptor);
    }
    let answers = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr().as_fd())?;
    Ok(File::from(answers))
}

/// The walls that a worker builds. Tests leave some out.
#[derive(Debug, Clone, Copy)]
pub struct Walls {
    pub network: bool,
    pub files: bool,
    pub calls: bool,
}

impl Walls {
    pub const ALL: Self = Self {
        network: true,
        files: true,
        calls: true,
    };
}

/// Confines this process. It must have only one thread.
///
/// # Errors
/// When one of the limits can't be set.
pub fn confine(limits: ProcessLimits, walls: Walls) -> Result<Confinement, Unlimited> {
    // Otherwise `ps` shows "exe".
    let _ = set_name(c"webslides-deck");
    // When the system runs out of memory, it kills workers before the server.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    let built = |wanted: bool, build: fn() -> Held| if wanted { build() } else { Held::Not };
    let network = built(walls.network, network);
    limit(limits)?;
    Ok(Confinement {
        network,
        files: built(walls.files, || files().unwrap_or(Held::Not)),
        calls: built(walls.calls, calls::filter),
    })
}

/// Enters a new, empty network namespace. Without privileges this needs a user namespace, which some
/// systems forbid.
fn network() -> Held {
    let own = unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)
        .or_else(|_| unshare(CloneFlags::CLONE_NEWNET));
    if own.is_ok() { Held::Fully } else { Held::Not }
}

fn limit(limits: ProcessLimits) -> Result<(), Unlimited> {
    let must = |what, done: rustix::io::Result<()>| {
        done.map_err(|cause| Unlimited {
            what,
            cause: cause.into(),
        })
    };
    // Comes after the namespace, because a change of credentials resets it.
    must(
        "dying with the server",
        set_parent_process_death_signal(Some(Signal::KILL)),
    )?;
    must("low priority", nice(NICE).map(drop))?;
    for (what, resource, most) in [
        ("memory", Resource::As, limits.memory),
        ("processor time", Resource::Cpu, limits.processor),
        ("size of files", Resource::Fsize, 0),
        ("open files", Resource::Nofile, OPEN_FILES),
        ("core dumps", Resource::Core, 0),
    ] {
        let most = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        must(what, setrlimit(resource, most))?;
    }
    // A server in a container often runs as root. Its worker must not.
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    must("no capabilities", set_capabilities(None, none))?;
    must("no new privileges", set_no_new_privs(true))
}

fn readable(home: Option<OsString>) -> Vec<PathBuf> {
    let home = home.map(PathBuf::from).filter(|home| home.is_absolute());
    let own = home
        .iter()
        .flat_map(|home| OWN_FONTS.map(|fonts| home.join(fonts)));
    let everybodys = ["."].into_iter().chain(FONTS).map(PathBuf::from);
    everybodys.chain(own).collect()
}

/// Landlock: reads its own folder and the fonts; no TCP, no signal to others.
fn files() -> Result<Held, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .add_rules(path_beneath_rules(readable(env::var_os("HOME")), read))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Held::Fully,
        RulesetStatus::PartiallyEnforced => Held::Partly,
        RulesetStatus::NotEnforced => Held::Not,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_home_only_its_fonts_are_read() {
        let readable = |home: Option<&str>| {
            let readable = readable(home.map(OsString::from)).into_iter();
            let all: Vec<_> = readable.map(|it| it.display().to_string()).collect();
            all.join(" ")
        };
        let everybodys = ". /usr/share/fonts /usr/local/share/fonts";
        for none in [None, Some(""), Some("here")] {
            assert_eq!(readable(none), everybodys);
        }
        let own = " /home/me/.fonts /home/me/.local/share/fonts";
        assert_eq!(readable(Some("/home/me")), everybodys.to_owned() + own);
    }
}
