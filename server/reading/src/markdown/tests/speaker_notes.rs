//! Notes of programs that are not dialects of their own.

use super::*;

/// They were on the projector, and on every phone.
#[test]
fn the_notes_of_other_programs_are_the_speakers_alone() {
    let texts = [
        "# A\n\nseen\n\n::: notes\n\nPRIVATE\n\n# Here\n\n:::\n\nalso\n",
        "# A\n\nseen\n::: {.notes}\nPRIVATE\n\n# Here\n:::\nalso\n",
        "# A\n\nseen\n\n::::: {#x .notes}\n:::: aside\nPRIVATE\n:::\n\n# Here\n:::::\n\nalso\n",
        "# A\n\nseen\n\n::: notes\n\nPRIVATE\n\n---\n\n# Here\n\n:::\n\nalso\n",
        "# A\n\n<b class=\"fragment\">seen</b>\n\n::: notes\nPRIVATE\n\n\n\n# Here\n:::\n\nalso\n",
        "# A\n\nseen\n\n\\note{PRIVATE\n# Here}\n\nalso\n",
        "# A\n\nseen also\n\n::: notes\n\nPRIVATE\n\n# Here\n\n---\n\nb\n",
        "# A\n\nseen also\n\n# Speaker Notes\n\nPRIVATE\n\n# Here\n\n---\n\nb\n",
        "# A\n\nseen also\n\n## Speaker notes:\n\nPRIVATE\n\n### Here\n\n# B\n\nb\n",
        "# A\n\nseen\n\n^ PRIVATE\ngoes on\n\nalso\n",
        "# A\n^PRIVATE\n^ goes on\n\nseen\n\nalso\n\n---\n\nb\n",
        "# A\n\nseen\n\n<Notes>\n\nPRIVATE\n\n# Here\n\n</Notes>\n\nalso\n",
    ];
    for text in texts {
        let pages = pages(text);
        let page = &pages[0];
        let markup = &html(page).markup();
        for word in ["PRIVATE", "Here", "goes on", ":::", "^"] {
            assert!(!markup.contains(word), "{text}: {markup}");
            assert!(!page.text.contains(word), "{text}");
        }
        assert!(markup.contains("seen") && markup.contains("also"), "{text}");
        let notes = page.notes.as_deref().unwrap_or_default();
        assert!(notes.starts_with("PRIVATE"), "{text}: {notes}");
        assert!(
            notes.contains("Here") || notes.contains("goes on"),
            "{notes}"
        );
        assert_eq!(
            pages.len(),
            1 + usize::from(text.contains("\n\nb\n")),
            "{text}"
        );
        assert_eq!(open(text).outline().title.as_deref(), Some("A"), "{text}");
    }
    let first = "::: notes\n# PRIVATE\n:::\n\n# A\n";
    assert_eq!(open(first).outline().title.as_deref(), Some("A"));
}

#[test]
fn what_may_be_meant_for_the_wall_is_said_with_its_line() {
    let said = |text: &str| {
        let warnings = pages(text).remove(0).warnings.into_iter();
        warnings
            .map(|said| (said.line, said.reason))
            .collect::<Vec<_>>()
    };
    let of = |line: u32, reason: &str| [(Some(line), reason.to_owned())];
    assert_eq!(
        said("# A\n\n^ b\n\nc\n\n^ d\n"),
        of(
            3,
            "“^” and what follows are the speaker's notes up to the next empty line, as in Deckset"
        )
    );
    assert_eq!(said("# A\n\n::: notes\nb\n:::\n"), []);
    assert_eq!(
        said("# A\n\n::: notes\n\nb\n"),
        of(
            3,
            "the speaker's notes that begin here have no end; so all that follows is notes"
        )
    );
    assert_eq!(
        said("# A\n\n[.build-lists: true]\n\nb\n"),
        of(
            3,
            "“[.build-lists: true]” is a command of Deckset's; left out"
        )
    );
}

#[test]
fn settings_of_deckset_are_left_out_and_said() {
    let text = "slidenumbers: true\nfooter: (c) me\n\n# A\n\n^ b\n\n---\n\n# C\n";
    let said = &open(text).outline().warnings[0];
    assert_eq!(said.line, Some(1));
    assert_eq!(said.reason, "settings of Deckset's; left out");
    let pages = pages(text);
    assert!(!html(&pages[0]).markup().contains("footer"));
    assert_eq!(pages[0].notes.as_deref(), Some("b"));
    assert_eq!(pages[0].warnings[0].line, Some(6));
    let plain = "footer: (c) me\n\n# A\n";
    assert!(
        html(&open(plain).page(0, 1_920).expect("a page"))
            .markup()
            .contains("footer")
    );
}

#[test]
fn what_is_not_notes_stays_on_the_wall() {
    let shown = |text: &str, words: &str| {
        let markup = html(&pages(text)[0]).markup();
        assert!(markup.contains(words), "{text}: {markup}");
    };
    shown("# A\n\n```\n::: notes\nb\n:::\n```\n", "::: notes");
    shown("# A\n\n```\n^ b\n```\n", "^ b");
    shown("# A\n\n^_^\n", "^_^");
    shown("# A\n\n^ b\n```\nc\n```\n", "c");
    shown("# Speaker notes\n\nare for the speaker\n", "are for");
    shown("---\nmarp: true\n---\n\n# A\n\n^ b\n", "^ b");
    shown("# A\n\n`%%b%%` at 50%% or 60%%\n", "60%%");
}

#[test]
fn comments_of_obsidian_are_left_out_and_said() {
    let text = "# A\n\nseen %%PRIVATE%% also\n\n%%\nPRIVATE\n\n---\n\n# PRIVATE\n%%\n\nthen\n";
    let pages = pages(text);
    assert_eq!(pages.len(), 1);
    let page = &pages[0];
    let markup = &html(page).markup();
    assert!(
        !markup.contains("PRIVATE") && !markup.contains("%%"),
        "{markup}"
    );
    assert!(
        markup.contains("also") && markup.contains("then"),
        "{markup}"
    );
    assert_eq!(page.notes, None);
    assert_eq!(page.warnings[0].reason, "a comment of Obsidian's; left out");
    assert_eq!(page.warnings[0].line, Some(3));
    // Other programs' comments go to the line's end, and so separate no slides from each other.
    assert_eq!(titles("# A\n\n%% b\n\n---\n\n# C\n\n%% d\n"), ["A", "C"]);
}

#[test]
fn pandocs_pauses_are_steps_and_its_columns_are_columns() {
    let page = &pages("# A\n\n- a\n\n. . .\n\n- b\n\n\\pause\n\nc\n")[0];
    let Html { steps, .. } = html(page);
    let markup = html(page).markup();
    assert_eq!(*steps, 2, "{markup}");
    assert!(
        !markup.contains(". . .") && !markup.contains("pause"),
        "{markup}"
    );
    let text = "# A\n\n:::: {.columns}\n::: {.column width=\"40%\"}\none\n:::\n::: {.column width=\"60%\"}\n- two\n:::\n::::\n\nafter\n";
    let page = &pages(text)[0];
    let markup = &html(page).markup();
    assert_eq!(markup.matches("class=\"column ").count(), 2, "{markup}");
    assert!(
        !markup.contains(":::") && markup.contains("after"),
        "{markup}"
    );
    assert_eq!(page.warnings, []);
    let page = &pages("# A\n\n::: {.callout-note}\nb\n:::\n")[0];
    assert!(html(page).markup().contains("<p>b</p>"));
    let said = &page.warnings[0];
    assert_eq!(said.line, Some(3));
    assert_eq!(
        said.reason,
        "“::: {.callout-note}” is left out; what is in it is shown"
    );
}
