// What a browser makes of a report page: axe in light and dark, narrow and wide; sorting by keyboard; the same page
// without a script; what it asks for over the network. Prints one JSON object.
//   node browse_page.js MODULES CHROMIUM PAGE
"use strict";
const path = require("path");
const [modules, chromium, file] = process.argv.slice(2);
const puppeteer = require(path.join(modules, "puppeteer-core"));
const axe = require("fs").readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");
const url = "file://" + file;

async function open(browser, { width, scheme, script = true, requests = [] }) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("request", request => requests.push(request.url()));
  page.on("pageerror", error => complaints.push(String(error)));
  page.on("console", message => { if (message.type() === "error") complaints.push(message.text()); });
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme },
                                   { name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(url, { waitUntil: "load" });
  return { page, complaints };
}

// axe is put in through the debugger, which the page's Content-Security-Policy does not bind.
async function violations(page) {
  await page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(each => `${each.id}: ${each.nodes.length} × ${each.nodes[0].html.slice(0, 200)} ` +
                                       `${(each.nodes[0].failureSummary || "").slice(0, 300)}`);
}

const wide = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const hosts = page => page.evaluate(() => [...document.querySelectorAll("#hosts-table tbody tr")]
  .filter(row => !row.hidden).map(row => row.querySelector("th bdi").textContent));

async function keyboard(browser) {
  const { page } = await open(browser, { width: 1600, scheme: "light" });
  const out = { before: await hosts(page) };
  // From the top by Tab alone: the skip link comes first, the sort button of the host column in due course.
  await page.keyboard.press("Tab");
  out.first = await page.evaluate(() => document.activeElement.className);
  for (let i = 0; i < 200; ++i) {
    const there = await page.evaluate(() => document.activeElement.closest("th.c-host") !== null &&
                                            document.activeElement.tagName === "BUTTON");
    if (there) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  out.sorted = await hosts(page);
  await page.keyboard.press("Space");
  out.backwards = await hosts(page);
  out.said = await page.evaluate(() => document.querySelector("th.c-host").getAttribute("aria-sort"));
  await page.focus("input[name=search]");
  await page.keyboard.type(out.before[0].slice(5, 14));
  out.found = await hosts(page);
  out.count = await page.evaluate(() => document.getElementById("shown").textContent);
  await page.focus("button[type=reset]");
  await page.keyboard.press("Enter");
  await new Promise(done => setTimeout(done, 200));
  out.reset = await hosts(page);
  // A link to a host opens its part.
  await page.focus("#hosts-table tbody th a");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("details.host[open]") !== null);
  out.opened = await page.evaluate(() => document.querySelector("details.host[open]").id === location.hash.slice(1));
  await page.close();
  return out;
}

async function main() {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
  });
  const requests = [];
  const out = { axe: {}, overflow: {}, complaints: [] };
  for (const width of [360, 1600]) {
    for (const scheme of ["light", "dark"]) {
      const { page, complaints } = await open(browser, { width, scheme, requests });
      out.overflow[`${width}`] = await wide(page);
      out.axe[`${width} ${scheme}`] = await violations(page);
      out.complaints.push(...complaints);
      await page.close();
    }
  }
  const { page } = await open(browser, { width: 800, scheme: "light", script: false, requests });
  // With scripts off the page's own one did not run; evaluate() goes through the debugger.
  out.plain = { hosts: await hosts(page), form: await page.evaluate(() => document.getElementById("filter").hidden),
                overflow: await wide(page) };
  await page.close();
  out.requests = [...new Set(requests)];
  out.keyboard = await keyboard(browser);
  await browser.close();
  console.log(JSON.stringify(out));
}

main().catch(error => { console.error(error); process.exit(1); });
