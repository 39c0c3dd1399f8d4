// A link with `data-dialog="id"` opens that dialog; without this it leads to the page that asks the same.

export function openDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    if (target instanceof HTMLDialogElement) {
      closeFromOutside(target, event);
      return;
    }
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const opener = target?.closest<HTMLElement>("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.showModal();
    dialog.addEventListener("close", () => opener?.focus(), { once: true });
  });
}

/** A press on the dimmed ground lands on the dialog element itself, but outside its box. */
function closeFromOutside(dialog: HTMLDialogElement, event: MouseEvent): void {
  const box = dialog.getBoundingClientRect();
  const within = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!within) dialog.close();
}
