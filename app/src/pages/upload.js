(() => {
  const form = document.querySelector('form.upload');
  const [files, bar, said] = ['[type=file]', 'progress', '.said'].map((it) => form.querySelector(it));
  const drop = form.querySelector('.drop');
  const button = form.querySelector('button');
  const name = drop.querySelector('strong');
  const asked = name.textContent;
  const say = (text) => (said.textContent = text);
  const bring = (list) => {
    if (list) files.files = list;
    else files.value = '';
    files.dispatchEvent(new Event('change'));
  };
  let choices = 0;
  files.addEventListener('change', () => {
    choices += 1;
    const count = files.files.length;
    name.textContent = count === 1 ? files.files[0].name : count ? `${count} files` : asked;
    say('');
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
  const end = (text) => {
    say(text);
    bar.hidden = true;
    button.disabled = false;
  };
  const endOr = async (otherwise) => {
    const changed = await lost();
    if (changed === null) return otherwise();
    bring(null);
    end(`“${changed}” was changed, moved or deleted. Choose the file again.`);
  };
  const send = () => {
    const request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.setRequestHeader('accept', 'application/json');
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = (100 * loaded) / (total || 1);
      say(loaded < total ? `Uploading: ${Math.floor(bar.value)} %` : 'Reading the first slide…');
    });
    request.addEventListener('load', () => {
      const { links, error } = request.response || {};
      if (links) location.assign(links);
      else end(error ? error.message : 'The server did not take it. Try again.');
    });
    request.addEventListener('error', () => {
      endOr(() => end('The upload was cut off. Check the network, then try again.'));
    });
    bar.hidden = false;
    bar.value = 0;
    request.send(new FormData(form));
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    endOr(send);
  });
})();
