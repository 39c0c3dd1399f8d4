// Runs named checks, tells each with its time, and counts.
//
// A suite is a function that is handed `check(name, act)`. What fails is told and counted; the suite goes on, because one
// run should tell everything that is wrong.

const SECONDS_PER_CHECK_MAX = 120;

export class Report {
  passed = 0;
  failed = 0;
  #failures = [];

  constructor({ only, town }) {
    this.only = only;
    this.town = town;
  }

  async suite(name, fill) {
    if (this.only.length > 0 && !this.only.some((wanted) => name.includes(wanted))) return;
    const visitors = this.town.newVisitors();
    const before = this.passed + this.failed;
    const check = (what, act) => this.#check(`${name}: ${what}`, act, visitors);
    try {
      await fill({ check, town: this.town, visitors });
    } catch (fault) {
      this.#tell(`${name}: the suite itself`, 0, fault);
    } finally {
      await visitors.leave();
    }
    if (this.passed + this.failed === before) this.#tell(`${name}: holds no check at all`, 0, new Error("an empty suite proves nothing"));
  }

  async #check(name, act, visitors) {
    const since = Date.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${SECONDS_PER_CHECK_MAX} s`)), SECONDS_PER_CHECK_MAX * 1000);
    });
    try {
      const value = await Promise.race([act(), late]);
      const complaints = visitors.takeComplaints();
      if (complaints.length > 0) throw new Error(`the browser complained:\n${complaints.join("\n")}`);
      this.#tell(name, since);
      return value;
    } catch (fault) {
      visitors.takeComplaints();
      const shot = await visitors.photograph(name);
      this.#tell(name, since, fault, shot);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(name, since, fault, shot) {
    const seconds = since ? ((Date.now() - since) / 1000).toFixed(1) : "0.0";
    if (!fault) {
      this.passed += 1;
      console.log(`ok   ${name} (${seconds} s)`);
      return;
    }
    this.failed += 1;
    this.#failures.push(name);
    const told = String(fault.stack ?? fault).replace(/^/gm, "     ");
    console.log(`FAIL ${name} (${seconds} s)\n${told}${shot ? `\n     picture: ${shot}` : ""}`);
  }

  end() {
    for (const name of this.#failures) console.log(`failed: ${name}`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0;
  }
}
