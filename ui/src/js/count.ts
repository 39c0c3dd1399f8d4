// Counts characters left in `textarea[data-count-max]`. The two sentences stand in the page, in its language.

/** Characters as a person counts them; the server counts the same way (Unicode scalar values, one per line break). */
const length = (text: string): number => [...text.replace(/\r\n?/g, "\n")].length;

/** Spoken only when typing pauses; a number after every letter would drown what is typed. */
const SPEAK_AFTER_MS = 1000;

export function countCharacters(): void {
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-count-max]")) {
    const shown = document.getElementById(`${area.id}-count`);
    const max = Number(area.dataset.countMax);
    if (!shown || !Number.isFinite(max)) continue;
    const spoken = document.createElement("span");
    spoken.className = "hidden-text";
    spoken.setAttribute("role", "status");
    shown.after(spoken);
    let timer = 0;
    const tell = (): string => {
      const left = max - length(area.value);
      const sentence = (left < 0 ? shown.dataset.countOver : shown.dataset.countLeft) ?? "";
      const text = sentence.replace("{n}", Math.abs(left).toLocaleString());
      shown.textContent = text;
      shown.toggleAttribute("data-over", left < 0);
      return text;
    };
    area.addEventListener("input", () => {
      const text = tell();
      clearTimeout(timer);
      timer = window.setTimeout(() => { spoken.textContent = text; }, SPEAK_AFTER_MS);
    });
    tell();
  }
}
