// Two ways to use the same page: with a pointer, and with the keyboard alone. Journeys are walked with both.
import assert from "node:assert/strict";

const TABS_MAX = 500;

/** Clicks and fills, as with a mouse or a finger. */
export class Pointer {
  constructor(page) {
    this.page = page;
  }

  async press(target) {
    await target.click();
  }

  /** Presses what leads to another page, and waits until it is there. */
  async go(target) {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "load" }), this.press(target)]);
  }

  async type(target, text) {
    await target.fill(text);
  }

  async tick(target) {
    await target.check();
  }

  async choose(target, value) {
    await target.selectOption(value);
  }

  async attach(target, file) {
    await target.setInputFiles(file);
  }
}

/** Tab, Space, Enter and typing; never a pointer. */
export class Keyboard extends Pointer {
  async #reach(target) {
    const handle = await target.elementHandle();
    for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
      if (await handle.evaluate((one) => one === document.activeElement)) {
        await this.#mustBeSeen(handle);
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reached ${target}`);
  }

  /** Whoever uses the keyboard must see where they are (WCAG 2.4.7 and 2.4.11). */
  async #mustBeSeen(handle) {
    const seen = await handle.evaluate((one) => {
      const style = getComputedStyle(one);
      const after = getComputedStyle(one, "::after");
      const marked = [style, after].some((part) => part.outlineStyle !== "none" && parseFloat(part.outlineWidth) >= 2);
      const box = one.getBoundingClientRect();
      const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return { marked, covered: at !== null && at !== one && !one.contains(at) && !at.contains(one) && !at.closest("label") };
    });
    assert.ok(seen.marked, "the focus is marked");
    assert.ok(!seen.covered, "the focused element is not covered");
  }

  async press(target) {
    await this.#reach(target);
    await this.page.keyboard.press("Enter");
  }

  async type(target, text) {
    await this.#reach(target);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.insertText(text);
  }

  async tick(target) {
    if (await target.isChecked()) return;
    const kind = await target.getAttribute("type");
    if (kind !== "radio") {
      await this.#reach(target);
      await this.page.keyboard.press("Space");
    } else {
      // Tab reaches a group of radio buttons once; arrows move inside it.
      const name = await target.getAttribute("name");
      const group = this.page.locator(`input[type="radio"][name="${name}"]`);
      const first = (await group.and(this.page.locator(":checked")).count()) > 0 ? group.and(this.page.locator(":checked")) : group.first();
      await this.#reach(first);
      await this.page.keyboard.press("Space");
      for (let pressed = 0; pressed < 20 && !(await target.isChecked()); pressed += 1) await this.page.keyboard.press("ArrowDown");
    }
    assert.ok(await target.isChecked(), "the box is ticked");
  }

  async choose(target, value) {
    await this.#reach(target);
    const at = await target.evaluate((one, value) => [...one.options].findIndex((option) => option.value === value), value);
    assert.ok(at >= 0, `${value} can be chosen`);
    await this.page.keyboard.press("Home");
    for (let pressed = 0; pressed < at; pressed += 1) await this.page.keyboard.press("ArrowDown");
    assert.equal(await target.inputValue(), value, "the arrows chose it");
  }

  /** The system's own window for files is out of reach for any test; the control itself must be reachable. */
  async attach(target, file) {
    await this.#reach(target);
    await target.setInputFiles(file);
  }
}
