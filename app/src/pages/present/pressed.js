// A tap beside an open sheet only closes it, which the browser does: it must not press what lies in the
// dark there.
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

// A button looks pressed as long as a finger is on it, and long enough to be seen. Not `:active`: with
// touch, browsers set it only after a long press, or never.
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

// While one finger rests, browsers make no click of another one's tap, nor of its own. So each button
// responds to its own finger.
{
  const SAME_TAP_MS = 350;
  const fingers = new Map();
  let answered;
  addEventListener("pointerdown", ({ isPrimary, pointerId, target }) => {
    // No other finger is down; forgets those whose end was never reported.
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
  // Some browsers do make a click. Not all of them tell which finger's.
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

// A focus that a mouse or finger left behind would take a clicker's next key: Space would reopen a sheet,
// and an arrow scroll the notes. A keyboard's focus stays, and so does that of an input field.
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
    // Before the next key, and again after an opened or closed sheet has moved the focus.
    letGo();
    setTimeout(letGo);
  });
  // Not `toggle`, which comes only once for a sheet that is closed at once.
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
