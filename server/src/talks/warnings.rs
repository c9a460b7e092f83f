/// The most sentences that are kept of one deck.
const MOST: usize = 50;

/// What was left out of a deck, in sentences for the person who brought it.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    first: Vec<String>,
    more: usize,
    /// Why the import is paused.
    pub waits: Option<String>,
}

impl Warnings {
    pub fn add(&mut self, warnings: &[String]) {
        let room = MOST.saturating_sub(self.first.len());
        self.first.extend(warnings.iter().take(room).cloned());
        self.more += warnings.len().saturating_sub(room);
    }

    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<_> = self.waits.iter().chain(&self.first).cloned().collect();
        if self.more > 0 {
            let more = self.more;
            sentences.push(format!("{more} more of the same kind are not listed."));
        }
        sentences
    }
}
