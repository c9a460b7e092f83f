//! The delay before the stream is opened again.

/// Exponential backoff with jitter, without end: phones that lost the network together don't come back
/// together, and none gives up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backoff {
    attempt: u32,
}

impl Backoff {
    const FIRST_MS: u32 = 500;
    const LONGEST_MS: u32 = 15_000;

    /// The next delay in milliseconds: between half and all of 0.5, 1, 2, 4, 8, 15, 15 ... s. `random`
    /// is from 0 to 1.
    pub fn next_ms(&mut self, random: f64) -> u32 {
        let doubled = Self::FIRST_MS.saturating_mul(1 << self.attempt.min(16));
        let whole = doubled.min(Self::LONGEST_MS);
        self.attempt = self.attempt.saturating_add(1);
        whole / 2 + scaled(whole / 2, random)
    }

    /// Starts again from the shortest delay.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

/// `most` times `random`, which is from 0 to 1.
#[expect(
    clippy::as_conversions,
    reason = "there is no lossless way from f64; the value is in 0..=most"
)]
pub fn scaled(most: u32, random: f64) -> u32 {
    (f64::from(most) * random.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_is_never_nothing_and_never_long(random: f64, attempts in 0_usize..100) {
            let mut backoff = Backoff::default();
            for _ in 0..attempts {
                let wait = backoff.next_ms(random);
                prop_assert!((250..=15_000).contains(&wait), "waits {} ms", wait);
            }
            backoff.reset();
            prop_assert!(backoff.next_ms(random) <= 500);
        }
    }
}
