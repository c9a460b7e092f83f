// Answers a device that asks for the remote, without leaving the page. The stream then tells who asks next.
addEventListener('submit', async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches('.request')) return;
  event.preventDefault();
  form.dataset.sent = '';
  try {
    const answer = await fetch(submitter.formAction, {
      method: 'POST',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout?.(8000),
    });
    if (answer.ok) return;
  } catch {
    // No answer: it may be asked again.
  }
  delete form.dataset.sent;
});

// Another device asks in the place of the first: a tap that was meant for that one must not answer this one.
{
  const form = document.querySelector('.request');
  new MutationObserver(() => {
    form.dataset.sent = '';
    void form.offsetWidth;
    delete form.dataset.sent;
  }).observe(form, { attributeFilter: ['data-of'] });
}

// A remote that was removed comes back if that is undone.
{
  const main = document.querySelector('main');
  let tries = 0;
  const look = async () => {
    if (main.dataset.live !== 'revoked' || ++tries > 15) return;
    setTimeout(look, 1500);
    try {
      const answer = await fetch(location.pathname.replace(/present$/, 'role'));
      const { presents } = await answer.json();
      if (presents) location.reload();
    } catch {
      // Asks again.
    }
  };
  new MutationObserver(look).observe(main, { attributeFilter: ['data-live'] });
}
