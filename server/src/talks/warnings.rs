/// Nobody reads more about one deck.
const MOST: usize = 50;

/// What was left out of a deck, as many sentences as anybody reads.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    first: Vec<String>,
    more: usize,
    /// Why nothing more of it is read just now.
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
