/** As a browser's translator does it: each text node goes into an element of the translator's. */
export function translate(): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (texts.nextNode()) found.push(texts.currentNode as Text);
  for (const text of found) {
    if (text.parentElement!.closest('[translate=no], script, style, noscript') || !text.data.trim()) continue;
    const font = document.createElement('font');
    font.innerHTML = '<font></font>';
    font.firstChild!.textContent = text.data;
    text.replaceWith(font);
  }
}
