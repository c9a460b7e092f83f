//! `/t/{code}/times`: how long each slide was shown, for those who present.

use super::{
    Shared,
    extract::{OrPage, Presenter},
    render,
};
use crate::{
    store::StoreError,
    talks::{self, Talk, history},
};
use app::{
    api::ErrorCode,
    pages::{Page, TimeLine, TimesPage},
};
use axum::{extract::State, response::Response};

/// `GET /t/{code}/times`
pub async fn times(State(shared): State<Shared>, OrPage(presenter): OrPage<Presenter>) -> Response {
    match page(&shared, &presenter.talk).await {
        Ok(page) => render::page(&shared, Page::Times(page)).await,
        Err(error) => {
            tracing::error!(%error, "a talk's history cannot be read");
            render::refused(&shared, ErrorCode::Internal.into()).await
        }
    }
}

async fn page(shared: &Shared, talk: &Talk) -> Result<TimesPage, StoreError> {
    let (state, deck) = (talk.snapshot().state.clone(), talk.deck());
    let journal = shared.talks.store().journal();
    let moments = history::read(journal.as_ref(), talk.code(), &state).await?;
    let times = history::times(&moments, state.clock.is_running().then(talks::now));
    let lines = times.into_iter().map(|(slide, shown)| TimeLine {
        slide,
        title: deck
            .slide(slide)
            .map_or_else(String::new, |slide| slide.title.clone()),
        shown,
    });
    Ok(TimesPage {
        code: talk.code().clone(),
        title: talk.title(),
        lines: lines.collect(),
        planned: state.clock.planned,
        slides: state.slides,
    })
}
