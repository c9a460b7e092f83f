/** A PDF of `pages` pages that takes a moment to upload. Its third page has a broken picture. */
export function pdf(pages: number): Buffer {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const stream = (dictionary: string, text: string) => `<<${dictionary}/Length ${text.length}>>\nstream\n${text}\nendstream`;
  const kids = Array.from({ length: pages }, (_, page) => `${5 + 2 * page} 0 R`).join(' ');
  add('<</Type/Catalog/Pages 2 0 R>>');
  add(`<</Type/Pages/Count ${pages}/Kids[${kids}]>>`);
  const at = (seed: number, most: number) => ((seed * 7919) % 1009) * (most / 1009);
  const curves = Array.from({ length: 120 }, (_, it) =>
    [1, 2, 3, 4].map((part) => `${at(it * part + part, 960).toFixed(1)} ${at(it + 31 * part, 540).toFixed(1)}`),
  );
  const drawing = curves.map(([a, b, c, d]) => `${a} m ${b} ${c} ${d} c S`).join('\n');
  add(stream('/Type/XObject/Subtype/Form/BBox[0 0 960 540]', `0.3 w 1 1 1 RG\n${drawing}`));
  add(stream('/Type/XObject/Subtype/Image/Width 64/Height 36/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode', 'no picture'));
  for (let page = 0; page < pages; page++) {
    const colour = [0.1 + 0.5 * at(page, 1), 0.15 + 0.3 * at(page + 3, 1), 0.3].map((it) => it.toFixed(2)).join(' ');
    const bars = Array.from({ length: page + 1 }, (_, it) => `${40 + 20 * it} 40 12 60 re f`).join('\n');
    const broken = page === 2 ? 'q 200 0 0 200 100 200 cm /I Do Q' : '';
    add(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]/Contents ${6 + 2 * page} 0 R/Resources<</XObject<</F 3 0 R/I 4 0 R>>>>>>`);
    add(stream('', `${colour} rg 0 0 960 540 re f /F Do 1 1 1 rg\n${bars}\n${broken}`));
  }
  // Padding.
  let file = `%PDF-1.7\n%${'.'.repeat(120_000)}\n`;
  const places = objects.map((body, it) => {
    const place = file.length;
    file += `${it + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = file.length;
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
