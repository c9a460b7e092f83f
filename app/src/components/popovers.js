// A polyfill of popovers for browsers before Safari 17, Firefox 125 and Chrome 114: hides and shows
// sheets by a class. Must be loaded before scripts that use popovers.
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
  // Captured before others stop it: a click beside an open sheet only closes the sheet.
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
  // In Safari only this code tells that a key ends a word of an input method.
  const isComposed = ({ isComposing, keyCode }) => isComposing || keyCode === 229;
  addEventListener("keydown", (event) => event.key === "Escape" && !isComposed(event) && close());
}
