// After a form comes back, the first thing to read is what became of it.

export function focusResult(): void {
  const target = document.querySelector<HTMLElement>("[data-focus]");
  if (!target || location.hash) return;
  target.focus();
}
