// A finger beside an open sheet closes it, which is the browser's part, and does nothing else: least
// of all what lies in the dark there.
{
  const isOpen = (sheet) => sheet.matches(":popover-open");
  let isBeside = false;
  const begins = ({ target }) => {
    isBeside = !target.closest(".panel") && [...document.querySelectorAll(".panel")].some(isOpen);
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
