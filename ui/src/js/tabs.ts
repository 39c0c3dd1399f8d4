// Arrow keys, Home and End move along `[data-tabs]`; Tab still visits each link, as links do.

export function arrowKeysInTabs(): void {
  for (const bar of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    bar.addEventListener("keydown", (event) => {
      const links = [...bar.querySelectorAll<HTMLAnchorElement>("a[href]")];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      const to = at < 0 ? undefined : { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      links[(to + links.length) % links.length]?.focus();
    });
  }
}
