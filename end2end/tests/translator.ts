/** Like a browser's translator: wraps each text node in an element of its own. */
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
