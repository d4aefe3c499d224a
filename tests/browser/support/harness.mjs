// A handful of functions instead of a test framework. A suite is a list of named claims that run in order; in a scenario each
// builds on the one before, so after a failure the rest count as failed too (they were not shown to hold).

export const seconds = (n) => n * 1000;

export class Report {
  passed = 0;
  failed = 0;
  #failures = [];

  pass(name, milliseconds) {
    ++this.passed;
    console.log(`  ok    ${name} (${(milliseconds / 1000).toFixed(1)} s)`);
  }

  fail(name, error) {
    ++this.failed;
    this.#failures.push(name);
    console.log(`  FAIL  ${name}`);
    console.log(String(error?.stack ?? error).replace(/^/gm, '        '));
  }

  // It was not shown to hold, so it counts as failed; the reason has been told already.
  skip(name) {
    ++this.failed;
    console.log(`  FAIL  ${name} (not reached)`);
  }

  finish() {
    for (const name of this.#failures) console.log(`failed: ${name}`);
    console.log(`browser: ${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0;
  }
}

export class Suite {
  #tests = [];
  #cleanups = [];

  constructor(name, {scenario = false} = {}) {
    this.name = name;
    this.scenario = scenario;
  }

  test(name, run, timeout = seconds(120)) {
    this.#tests.push({name, run, timeout});
  }

  // Runs when the suite is over, last registered first.
  cleanup(run) {
    this.#cleanups.push(run);
  }

  // What `people()` see when a test fails, as pictures in a folder.
  photographFailures(people) {
    this.onFailure = async (title, folder) => {
      const name = title.replace(/\W+/g, '-').slice(0, 60);
      for (const [i, person] of people().entries()) {
        const path = `${folder}/${name}-${i}-${person?.name.split(' ')[0]}.png`;
        await person?.page.screenshot({path, timeout: seconds(5)}).catch(() => {});   // its page may be gone
      }
    };
  }

  async run(report, {onFailure} = {}) {
    let broken = null;
    for (const {name, run, timeout} of this.#tests) {
      const title = `${this.name}: ${name}`;
      if (broken && this.scenario) {
        report.skip(title);
        continue;
      }
      const started = performance.now();
      try {
        await within(timeout, name, run());
        report.pass(title, performance.now() - started);
      } catch (error) {
        broken = name;
        report.fail(title, error);
        await onFailure?.(title)?.catch((reason) => console.log(`        no screenshots: ${reason.message}`));
      }
    }
    for (const cleanup of this.#cleanups.reverse()) {
      await within(seconds(30), 'clean up', cleanup()).catch((error) => console.log(`  ${this.name}: clean-up: ${error.message}`));
    }
  }
}

export function within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Asks until `probe` answers with something truthy, and returns that.
export async function eventually(what, probe, {timeout = seconds(30), interval = 50} = {}) {
  const end = performance.now() + timeout;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s (last: ${last?.message ?? JSON.stringify(last)})`);
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

export function equal(actual, expected, message = 'not equal') {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${message}\nexpected ${b}\nactual   ${a}`);
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
