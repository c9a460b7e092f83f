// A finger beside an open sheet closes it, which is the browser's part, and does nothing else: least
// of all what lies in the dark there.
{
  let isBeside = false;
  const begins = ({ target }) => {
    isBeside = !target.closest(".panel") && Boolean(openSheet());
  };
  const ends = (event) => {
    if (!isBeside || event.detail === 0) return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("pointerdown", begins, true);
  addEventListener("click", ends, true);
}

// A button is down as long as a finger is, and long enough to be seen. `:active` does not tell:
// with touch, browsers make it wait for a long press, or never set it.
{
  let button, timer;
  const release = () => button?.classList.remove("pressed");
  addEventListener("pointerdown", (event) => {
    clearTimeout(timer);
    release();
    button = event.target.closest("button");
    button?.classList.add("pressed");
  });
  for (const end of ["pointerup", "pointercancel"])
    addEventListener(end, () => {
      timer = setTimeout(release, 80);
    });
}

// While one finger rests somewhere, browsers make no click of another one's tap, nor of its own: each
// button answers its own finger.
{
  const SAME_TAP_MS = 350;
  const fingers = new Map();
  let answered;
  addEventListener("pointerdown", ({ isPrimary, pointerId, target }) => {
    // No other finger is down: one whose end was never said is not, either.
    if (isPrimary) fingers.clear();
    const isBeside = openSheet() && !target.closest("[popover]");
    fingers.set(pointerId, { button: isBeside ? null : target.closest("button"), isAlone: true });
    if (fingers.size > 1) for (const finger of fingers.values()) finger.isAlone = false;
  });
  addEventListener("pointerup", ({ pointerId, clientX, clientY }) => {
    const { button, isAlone } = fingers.get(pointerId) ?? {};
    fingers.delete(pointerId);
    if (!button || isAlone) return;
    if (button !== document.elementFromPoint(clientX, clientY)?.closest("button")) return;
    answered = { button, pointerId, at: performance.now() };
    button.click();
  });
  addEventListener("pointercancel", ({ pointerId }) => fingers.delete(pointerId));
  // A browser that makes one all the same. Not every one says by which finger.
  addEventListener(
    "click",
    (event) => {
      if (!answered || !event.isTrusted || event.target.closest("button") !== answered.button) return;
      const isAgain =
        event.pointerId === undefined
          ? performance.now() - answered.at < SAME_TAP_MS
          : event.pointerId === answered.pointerId;
      if (!isAgain) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}

// The focus that a mouse or a finger leaves behind takes the clicker's next key: Space would open a
// sheet again, and an arrow scroll the notes. A keyboard's focus stays, and so does a place to write.
{
  let byPointer = false;
  let openedByPointer = false;
  const letGo = () => {
    const element = document.activeElement;
    if (element?.matches("input:not([type=radio], [type=checkbox]), textarea")) return;
    element?.blur();
  };
  addEventListener("pointerdown", () => (byPointer = true), true);
  addEventListener("keydown", () => (byPointer = false), true);
  addEventListener("click", ({ detail }) => {
    if (detail === 0) return;
    // Before the next key, and again when what it opened or closed has moved the focus.
    letGo();
    setTimeout(letGo);
  });
  // Not `toggle`, of which there is one only for a sheet that is closed again at once.
  addEventListener(
    "beforetoggle",
    ({ newState }) => {
      if (newState === "open") openedByPointer = byPointer;
    },
    true,
  );
  addEventListener(
    "toggle",
    ({ newState }) => {
      if (newState === "closed" && (byPointer || openedByPointer)) letGo();
    },
    true,
  );
}
