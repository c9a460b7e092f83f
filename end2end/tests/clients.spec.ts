import { EventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';
import { expect, isLive, next, sees, test } from './room.ts';

// Other people's SSE clients read our stream correctly.

test('the package eventsource follows a talk', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  const slides: number[] = [];
  const ids: string[] = [];
  const source = new EventSource(room.links.events);
  source.onmessage = ({ data, lastEventId }) => {
    slides.push(JSON.parse(data).slide);
    ids.push(lastEventId);
  };
  await expect.poll(() => slides).toEqual([1]);
  await next(phone).tap();
  await expect.poll(() => slides).toEqual([1, 2]);
  source.close();
  expect(ids.map((id) => id.split('-')[1])).toEqual(['0', '1']);
});

test('the package eventsource-parser reads retry, ids, snapshots and pings', async ({ room }) => {
  const phone = await room.presenter();
  await isLive(phone);
  await next(phone).tap();
  await sees(phone, 2);
  const { epoch } = await (await fetch(`${room.links.audience}/state`)).json();
  const seen: unknown[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => seen.push([event, id, JSON.parse(data).revision]),
    onRetry: (ms) => seen.push(ms >= 1_000 && ms < 3_000),
    onError: (error) => seen.push(error),
  });
  // A client that has the current event is told so, and then gets new ones.
  const answer = await fetch(`${room.links.events}?last_event_id=${epoch}-1`);
  const reading = (async () => {
    for await (const bytes of answer.body!.pipeThrough(new TextDecoderStream())) {
      parser.feed(bytes);
      if (seen.length === 3) break;
    }
  })();
  await expect.poll(() => seen.length).toBe(2);
  await next(phone).tap();
  await reading;
  expect(seen).toEqual([true, ['ping', undefined, 1], [undefined, `${epoch}-2`, 2]]);
});
