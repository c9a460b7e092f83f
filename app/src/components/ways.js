// A page on the server's own machine stays open when the machine changes networks. This updates the links
// on it.
{
  const { ways: at } = document.currentScript.dataset;
  const show = (ways) => {
    const { origin, host } = new URL(ways.audience.url);
    for (const box of document.querySelectorAll("[data-way]")) {
      const { url, qr } = ways[box.dataset.way];
      const link = box.querySelector(".url");
      const words = link.matches(".bare") ? url.replace(/^\w+:\/\//, "") : url;
      if (link.textContent === words) continue;
      link.textContent = words;
      if (link.href) link.href = url;
      box.querySelector(".qr").innerHTML = qr;
    }
    for (const typed of document.querySelectorAll(".typed-address")) typed.textContent = host;
    // A remote's link has a key that is shown only once: at another address it needs a new link.
    const added = document.querySelector(".added");
    const isGone = added && !added.querySelector(".url").textContent.startsWith(`${origin}/`);
    if (added) added.hidden = isGone;
    const moved = "This computer has changed its network. Add the remote again.";
    for (const said of document.querySelectorAll(".unreachable"))
      said.textContent = ways.warning ?? (isGone ? moved : "");
    for (const others of document.querySelectorAll(".ways-notes .others")) {
      others.hidden = !ways.others.length;
      others.querySelector("ul").replaceChildren(
        ...ways.others.map((url) => Object.assign(document.createElement("li"), { textContent: url })),
      );
    }
  };
  const ask = async () => {
    try {
      const answer = await fetch(at);
      if (answer.ok) show(await answer.json());
    } catch {
      // Without the server there is nothing to show; the page tells so elsewhere.
    }
    setTimeout(ask, 3000);
  };
  setTimeout(ask, 3000);
}
