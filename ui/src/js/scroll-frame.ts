// Frames around tables can be reached by keyboard so that they can be scrolled. One that has nothing to scroll is only in the way.

export function reachScrollFrames(): void {
  const frames = document.querySelectorAll<HTMLElement>(".table-wrap[tabindex]");
  const look = (frame: HTMLElement): void => {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  };
  if (!("ResizeObserver" in window)) return;
  const watcher = new ResizeObserver((entries) => { for (const entry of entries) look(entry.target as HTMLElement); });
  for (const frame of frames) watcher.observe(frame);
}
