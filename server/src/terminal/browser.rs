//! Opens the host's browser, where there is one to open.

use std::{
    env,
    io::{self, IsTerminal, stdout},
};

/// Set by the server of a remote shell: the person is elsewhere.
const OF_REMOTE_SHELLS: [&str; 3] = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"];

/// Set where there is a display. Macs and Windows always have one.
const OF_DISPLAYS: [&str; 2] = ["DISPLAY", "WAYLAND_DISPLAY"];

/// Whether the person who started this program sits at a display of this machine.
pub fn may_open() -> bool {
    let has_value = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let needs_display = cfg!(not(any(target_os = "macos", windows)));
    is_at_display(stdout().is_terminal(), needs_display, has_value)
}

/// Shows an address in the person's browser.
///
/// # Errors
/// When the system knows no browser.
pub fn open(address: &str) -> io::Result<()> {
    open::that_detached(address)
}

fn is_at_display(is_terminal: bool, needs_display: bool, has_value: impl Fn(&str) -> bool) -> bool {
    let is_remote = OF_REMOTE_SHELLS.into_iter().any(&has_value);
    let has_display = !needs_display || OF_DISPLAYS.into_iter().any(&has_value);
    is_terminal && !is_remote && has_display
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_opens_only_for_somebody_at_this_machine() {
        let check = |is_terminal, needs_display, set: &[&str], expected| {
            let found = is_at_display(is_terminal, needs_display, |name| set.contains(&name));
            assert_eq!(found, expected, "{is_terminal} {needs_display} {set:?}");
        };
        check(true, true, &["DISPLAY"], true);
        check(true, true, &["WAYLAND_DISPLAY"], true);
        check(true, true, &[], false);
        check(false, true, &["DISPLAY"], false);
        check(true, true, &["DISPLAY", "SSH_CONNECTION"], false);
        check(true, true, &["DISPLAY", "SSH_TTY"], false);
        // A Mac or Windows.
        check(true, false, &[], true);
        check(false, false, &[], false);
        check(true, false, &["SSH_CLIENT"], false);
    }
}
