(() => {
  const form = document.querySelector('form.upload');
  const [files, bar, said, password] = ['[type=file]', 'progress', '.said', '.password'].map((it) =>
    form.querySelector(it),
  );
  const drop = form.querySelector('.drop');
  const button = form.querySelector(':scope > button');
  const name = drop.querySelector('strong');
  const asked = name.textContent;
  const say = (text) => (said.textContent = text);
  // Files are sent as soon as they are there: the button is for another try, and ends what is being sent.
  const offer = (text, type = 'submit') => {
    button.hidden = !text;
    button.textContent = text;
    // Enter in a field must not cancel.
    button.type = type;
  };
  offer('');
  let request;
  const stop = () => {
    request?.abort();
    request = undefined;
    bar.hidden = true;
  };
  const bring = (list) => {
    if (list) files.files = list;
    else files.value = '';
    files.dispatchEvent(new Event('change'));
  };
  const { maxBytes, maxFiles } = form.dataset;
  const megabytes = (bytes) => Math.ceil(bytes / 2 ** 20);
  /** Why these files are not sent at all. */
  const tooMuch = (list) => {
    const most = `At most ${megabytes(maxBytes)} MB can be shown.`;
    const bytes = list.reduce((sum, { size }) => sum + size, 0);
    if (list.length > maxFiles) return `These are ${list.length} files. At most ${maxFiles} can be shown.`;
    if (bytes <= maxBytes) return '';
    if (list.length === 1) return `“${list[0].name}” has ${megabytes(bytes)} MB. ${most}`;
    return `These files have ${megabytes(bytes)} MB. ${most}`;
  };
  let choices = 0;
  files.addEventListener('change', () => {
    choices += 1;
    stop();
    const list = [...files.files];
    name.textContent = list.length === 1 ? list[0].name : list.length ? `${list.length} files` : asked;
    password.hidden = true;
    password.querySelector('input').value = '';
    offer('');
    say('');
    if (!list.length) return;
    const refused = tooMuch(list);
    if (!refused) return begin();
    bring(null);
    say(refused);
  });

  // The files of a folder, for a form, which can't hold folders. Null if it has subfolders.
  const read = async (folder) => {
    const reader = folder.createReader();
    const found = [];
    for (let some; !some || some.length; ) {
      // Reads at most a hundred at a time; none at the end.
      some = await new Promise((take, fail) => reader.readEntries(take, fail));
      found.push(...some.filter((entry) => !entry.name.startsWith('.')));
    }
    if (found.length === 1 && found[0].isDirectory) return read(found[0]);
    if (found.some((entry) => entry.isDirectory)) return null;
    return Promise.all(found.map((entry) => new Promise((take, fail) => entry.file(take, fail))));
  };
  const bringFolder = async (folder) => {
    bring(null);
    const choice = choices;
    const found = await read(folder).catch(() => undefined);
    if (choice !== choices) return;
    if (found === undefined) say(`“${folder.name}” can’t be read. Drop it again.`);
    else if (!found) say(`“${folder.name}” has folders in it. Zip it, then drop the zip here.`);
    else if (!found.length) say(`There is no file in “${folder.name}”.`);
    else {
      const list = new DataTransfer();
      for (const file of found) list.items.add(file);
      bring(list.files);
    }
  };
  const take = (dropped) => {
    // Available only during the event.
    const entries = Array.from(dropped.items, (item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const folder = entries.find((entry) => entry && entry.isDirectory);
    if (folder && dropped.files.length === 1) return bringFolder(folder);
    bring(folder ? null : dropped.files);
    if (folder) say('Drop one folder alone, or zip it with the other files and drop the zip here.');
  };
  for (const type of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', type === 'dragover');
      if (type === 'drop' && event.dataTransfer.files.length) take(event.dataTransfer);
    });
  }

  // A browser sends a file only if it has not changed since it was chosen. Reads the file itself: a slice
  // of a deleted one would be empty.
  const lost = async () => {
    for (const file of files.files) {
      const reader = file.stream().getReader();
      const isThere = await reader.read().then(() => true, () => false);
      reader.cancel().catch(() => {});
      if (!isThere) return file.name;
    }
    return null;
  };
  const end = (text, again) => {
    stop();
    say(text);
    offer(again);
  };
  const endOr = async (otherwise) => {
    const choice = choices;
    const changed = await lost();
    if (choice !== choices) return;
    if (changed === null) return otherwise();
    bring(null);
    say(`“${changed}” was changed, moved or deleted. Choose the file again.`);
  };
  const send = () => {
    const sending = new XMLHttpRequest();
    request = sending;
    sending.open('POST', form.action);
    sending.setRequestHeader('accept', 'application/json');
    sending.responseType = 'json';
    sending.upload.addEventListener('progress', ({ loaded, total }) => {
      if (request !== sending) return;
      bar.value = (100 * loaded) / (total || 1);
      say(loaded < total ? `Uploading: ${Math.floor(bar.value)} %` : 'Reading the first slide…');
    });
    sending.addEventListener('load', () => {
      const { next, error } = sending.response || {};
      if (next) return location.assign(next);
      end(error ? error.message : 'The server did not take it.', 'Try again');
      if (error?.code !== 'locked') return;
      password.hidden = false;
      offer('Open it');
      password.querySelector('input').select();
    });
    sending.addEventListener('error', () => {
      endOr(() => end('The upload was cut off. Check the network, then try again.', 'Try again'));
    });
    bar.hidden = false;
    bar.value = 0;
    offer('Cancel', 'button');
    sending.send(new FormData(form));
  };
  const begin = () => endOr(send);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!request) begin();
  });
  button.addEventListener('click', (event) => {
    if (button.type !== 'button') return;
    event.preventDefault();
    end('', 'Send it');
  });
  // Back on a page that has led on.
  addEventListener('pageshow', ({ persisted }) => persisted && bring(null));
})();
