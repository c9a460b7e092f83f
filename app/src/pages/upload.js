(() => {
  const form = document.querySelector('form.upload');
  const [files, bar, said] = ['[type=file]', 'progress', '.said'].map((it) => form.querySelector(it));
  const drop = form.querySelector('.drop');
  const button = form.querySelector('button');
  const name = drop.querySelector('strong');
  const asked = name.textContent;
  const say = (text) => (said.textContent = text);
  files.addEventListener('change', () => {
    const count = files.files.length;
    name.textContent = count === 1 ? files.files[0].name : count ? `${count} files` : asked;
    say('');
  });
  for (const type of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', type === 'dragover');
      if (type === 'drop' && event.dataTransfer.files.length) {
        files.files = event.dataTransfer.files;
        files.dispatchEvent(new Event('change'));
      }
    });
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const end = (text) => {
      say(text);
      bar.hidden = true;
      button.disabled = false;
    };
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
    request.addEventListener('error', () => end('The upload was cut off. Check the network, then try again.'));
    button.disabled = true;
    bar.hidden = false;
    bar.value = 0;
    request.send(new FormData(form));
  });
})();
