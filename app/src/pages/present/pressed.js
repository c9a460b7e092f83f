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
