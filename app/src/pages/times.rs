use super::present::in_minutes;
use crate::{components::Wordmark, routes};
use leptos::prelude::*;
use model::{
    deck::SlideNumber,
    talk::{Minutes, TalkCode},
};
use std::time::Duration;

/// How long each slide was shown, for the talk's presenters: after a rehearsal, or after the talk.
#[derive(Debug, Clone)]
pub struct TimesPage {
    pub code: TalkCode,
    pub title: String,
    pub lines: Vec<TimeLine>,
    pub planned: Option<Minutes>,
    /// The number of the deck's slides.
    pub slides: u32,
}

#[derive(Debug, Clone)]
pub struct TimeLine {
    pub slide: SlideNumber,
    pub title: String,
    pub shown: Duration,
}

#[component]
pub fn Times(page: TimesPage) -> impl IntoView {
    let TimesPage {
        code,
        title,
        lines,
        planned,
        slides,
    } = page;
    let total: Duration = lines.iter().map(|line| line.shown).sum();
    // The plan is for the whole deck: each slide's share is the same.
    let share = planned.and_then(|planned| planned.duration().checked_div(slides));
    let none = lines.is_empty();
    let summary = summary(&lines, total, planned, slides);
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let over = share.is_some_and(|share| line.shown > share.saturating_mul(2));
            view! {
                <tr>
                    <td>{line.slide.to_string()}</td>
                    <th scope="row">{line.title}</th>
                    <td data-over=over.then_some("true")>{in_minutes(line.shown)}</td>
                </tr>
            }
        })
        .collect();
    let planned_share = share.map(|share| {
        view! { <p class="quiet">"By the plan each slide has " {in_minutes(share)} ". Times of more than twice that are marked."</p> }
    });
    view! {
        <main class="welcome times" data-view="times">
            <Wordmark/>
            <h1>"Times of the slides"</h1>
            <p>{title}</p>
            <p><a class="primary" href=routes::present(&code)>"Back to the remote"</a></p>
            <p>{summary}</p>
            {planned_share}
            <table hidden=none>
                <thead>
                    <tr>
                        <th scope="col">"No."</th>
                        <th scope="col">"Slide"</th>
                        <th scope="col">"Shown for"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="quiet">
                "Counted from the last time that you left the first slide, as the clock does. Go back to the first \
                 slide and begin again for another rehearsal."
            </p>
        </main>
    }
}

fn summary(lines: &[TimeLine], total: Duration, planned: Option<Minutes>, slides: u32) -> String {
    if lines.is_empty() {
        return "No times yet. They begin when you first leave a slide.".to_owned();
    }
    let shown = match lines.len() {
        1 => "1 slide".to_owned(),
        several => format!("{several} slides"),
    };
    let plan = planned.map_or(String::new(), |planned| {
        format!(
            ", of {} planned for all {slides}",
            in_minutes(planned.duration())
        )
    });
    format!("{shown} in {}{plan}.", in_minutes(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_summed_beside_the_plan() {
        let line = |slide, seconds| TimeLine {
            slide: SlideNumber::new(slide).expect("a number"),
            title: "Title".to_owned(),
            shown: Duration::from_secs(seconds),
        };
        let lines = [line(2, 65), line(3, 30)];
        let total = Duration::from_secs(95);
        let planned = Minutes::try_from(10).expect("a plan");
        assert_eq!(
            summary(&lines, total, Some(planned), 7),
            "2 slides in 1:35, of 10:00 planned for all 7."
        );
        assert_eq!(summary(&lines[..1], total, None, 7), "1 slide in 1:35.");
        assert!(summary(&[], Duration::ZERO, None, 7).starts_with("No times yet."));
    }
}
