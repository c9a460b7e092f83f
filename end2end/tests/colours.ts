import type { Page } from '@playwright/test';

type Colour = [red: number, green: number, blue: number];

export const BLACK: Colour = [0, 0, 0];
export const WHITE: Colour = [255, 255, 255];

/** The colours of a picture at these fractions of its width and height. */
export async function colours(page: Page, picture: Buffer, places: [number, number][]): Promise<Colour[]> {
  // In an empty page, where no policy of ours forbids reading a picture.
  const desk = await page.context().newPage();
  const read = await desk.evaluate(
    async ([png, places]) => {
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const paper = canvas.getContext('2d')!;
      paper.drawImage(bitmap, 0, 0);
      return places.map(([x, y]) => {
        const at = paper.getImageData(Math.floor(bitmap.width * x), Math.floor(bitmap.height * y), 1, 1);
        return [...at.data.slice(0, 3)] as Colour;
      });
    },
    [picture.toString('base64'), places] as const,
  );
  await desk.close();
  return read;
}

export const EVERYWHERE: [number, number][] = [0.01, 0.25, 0.5, 0.75, 0.99].flatMap((x) =>
  [0.01, 0.5, 0.99].map((y): [number, number] => [x, y]),
);
