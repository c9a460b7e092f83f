// Sheets in browsers that have no popovers (before Safari 17, Firefox 125 and Chrome 114): what these
// would hide and show is hidden and shown here, by a class. Loaded before all that asks for them.
const openSheet = () => document.querySelector(isKnown ? ":popover-open" : "[popover].open");
const isKnown = "showPopover" in HTMLElement.prototype;
if (!isKnown) {
  document.documentElement.classList.add("no-popovers");
  const turn = (sheet, isOpen) => {
    if (sheet.classList.contains("open") === isOpen) return;
    const tell = (name) => sheet.dispatchEvent(Object.assign(new Event(name), { newState: isOpen ? "open" : "closed" }));
    tell("beforetoggle");
    sheet.classList.toggle("open", isOpen);
    tell("toggle");
  };
  const close = () => {
    const sheet = openSheet();
    if (sheet) turn(sheet, false);
    return sheet;
  };
  Object.assign(HTMLElement.prototype, {
    showPopover() {
      close();
      turn(this, true);
    },
    hidePopover() {
      turn(this, false);
    },
    togglePopover() {
      if (close() !== this) turn(this, true);
    },
  });
  // Before others stop a click beside an open sheet: that closes it, and does nothing else.
  addEventListener(
    "click",
    ({ target }) => {
      if (openSheet() && !target.closest("[popover]")) return void close();
      const button = target.closest("[popovertarget]");
      const sheet = button && document.getElementById(button.getAttribute("popovertarget"));
      if (!sheet) return;
      if (button.getAttribute("popovertargetaction") === "hide") sheet.hidePopover();
      else sheet.togglePopover();
    },
    true,
  );
  // Of the key that ends a word of an input method, Safari says by this code only that it does so.
  const isComposed = ({ isComposing, keyCode }) => isComposing || keyCode === 229;
  addEventListener("keydown", (event) => event.key === "Escape" && !isComposed(event) && close());
}
