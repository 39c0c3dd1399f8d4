// Who visits. In a demonstration city the sign-in page offers its invented people, one button each.

class Person {
  constructor(role, part, start) {
    this.role = role;
    this.part = part;
    this.start = start;
  }

  async signIn(page) {
    await page.goto("/sign-in");
    await page.locator(`form:has(input[name="part"][value="${this.part}"]) button, button[name="part"][value="${this.part}"]`).first().click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
  }
}

export const resident = new Person("resident", "resident", "/my");
export const editor = new Person("editor", "editor", "/staff");
export const approver = new Person("approver", "approver", "/staff");
export const administrator = new Person("administrator", "admin", "/staff");
export const auditor = new Person("auditor", "auditor", "/staff");
/** Nobody else plays the clerk, so the sessions of this one may be ended while other suites run. */
export const clerk = new Person("clerk", "clerk", "/staff");
