// A page that its own computer asked for stays open when the computer changes its network. The links
// on it must not stay those of the old one.
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
    // A remote's link has a key, which was said once: by another address there is no link but a new one.
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
      // Without the server there is nothing to show; the page says so elsewhere.
    }
    setTimeout(ask, 3000);
  };
  setTimeout(ask, 3000);
}
