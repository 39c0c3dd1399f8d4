// A form with `data-once` is sent once. The server's token makes a double press one act anyway; this spares the wait and the doubt.

const AGAIN_AFTER_MS = 20_000;

export function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !form.matches("form[data-once]")) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const button = event.submitter;
    // `aria-disabled` instead of `disabled`: the pressed button keeps the focus, and its name and value are sent.
    button?.setAttribute("aria-disabled", "true");
    const words = button?.querySelector("span") ?? button;
    const before = words?.textContent;
    if (words && form.dataset.busy) words.textContent = form.dataset.busy;
    const again = (): void => {
      delete form.dataset.sent;
      button?.removeAttribute("aria-disabled");
      if (words && before !== undefined) words.textContent = before;
    };
    // A connection may die without a word; and a page may come back from the browser's memory.
    setTimeout(again, AGAIN_AFTER_MS);
    window.addEventListener("pageshow", (shown) => { if (shown.persisted) again(); }, { once: true });
  });
}
