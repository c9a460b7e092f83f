// Nine slides that show Markdown's theme.
const TICKS = '```';

export const THEME = `---
title: The room decides
---

# The room decides

How a hundred screens change with one tap

Ana Lindqvist · Rust Oslo · March 2027

---

# Where the time goes

---

# What happens on a tap

- The presenter taps **Next** on a phone
- The server commits, publishes and acknowledges
- Every follower paints the same slide
  - within a frame on the same network

---

> A state is a whole snapshot, never a difference.
>
> The first rule of the stream

---

# Code that people can read

${TICKS}rust {2,4}
pub fn apply(&mut self, command: Command) -> Result<Changed> {
    let target = command.target(self)?;
    // A late tap must not move the talk twice.
    if target == self.position { return Ok(Changed::No) }
    self.position = target;
    Ok(Changed::Yes)
}
${TICKS}

---

# Two sides of one coin

## Before

- Polling every second
- A blank page while loading

|||

## After

- One event stream
- The next slide is there already

---

# Numbers in a table

| Followers | CPU per event | Lost |
|---|--:|--:|
| 1,000 | 0.52 µs | 0 |
| 5,000 | 0.50 µs | 0 |
| 15,000 | 0.49 µs | 0 |

---

# Bayes’ theorem

For an event $A$ after the evidence $B$:

$$P(A \\mid B) = \\frac{P(B \\mid A)\\,P(A)}{P(B)}$$

---

# Thank you

Questions?
`;
