// Sorts, searches and opens; the page is whole without it. Text of strangers is read as text and never made into markup.
"use strict";
(() => {
  const table = document.getElementById("hosts-table");
  const form = document.getElementById("filter");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A link to a host or a rule opens what it leads to.
  const openTarget = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const found = name && document.getElementById(name);
    if (!found) return;
    for (let at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    found.scrollIntoView();
    const summary = found.querySelector("summary");
    if (summary) summary.focus({ preventScroll: true });
  };
  addEventListener("hashchange", openTarget);
  addEventListener("click", event => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) openTarget();
  });
  openTarget();

  const tools = document.getElementById("open-all");
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", event => {
      const button = event.target.closest("button");
      if (button) for (const host of all("details.host")) host.open = button.dataset.open === "1";
    });
  }

  // What is closed on the screen is open on paper.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });

  if (!table || !form) return;
  const body = table.tBodies[0];
  const heads = all("thead th", table);
  const fields = form.elements;
  const rows = all("tr", body).map((row, at) => ({
    row, at,
    text: row.cells[3].textContent.toLowerCase() + " " + row.cells[4].textContent.toLowerCase(),
    keys: [...row.cells].map(cell => {
      const text = cell.dataset.sort ?? (cell.querySelector("a") ?? cell).textContent.trim();
      const number = Number(text);
      return text !== "" && Number.isFinite(number) ? number : text;
    }),
  }));
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : words.compare(String(a), String(b));
  let sorted = 0;
  let descending = false;

  const sort = (column, down) => {
    sorted = column;
    descending = down;
    const sign = down ? -1 : 1;
    rows.sort((a, b) => sign * compare(a.keys[column], b.keys[column]) || a.at - b.at);
    body.append(...rows.map(each => each.row));
    heads.forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    fields.sort.value = String(column);
  };

  const filter = () => {
    const search = fields.search.value.trim().toLowerCase();
    const wanted = ["open", "e2ee", "policy", "alone"].filter(name => fields[name].checked);
    let shown = 0;
    for (const { row, text } of rows) {
      const is = row.dataset.is.split(" ");
      const fits = text.includes(search) && row.dataset.letter <= fields.grade.value &&
        (fields.country.value === "" || row.dataset.country.split(" ").includes(fields.country.value)) &&
        wanted.every(name => is.includes(name));
      row.hidden = !fits;
      if (fits) ++shown;
    }
    document.getElementById("no-match").hidden = shown > 0;
    document.getElementById("shown").textContent =
      form.dataset.shown.replace("{n}", String(shown)).replace("{total}", String(rows.length));
  };

  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    // The score is looked at from its high end first.
    button.addEventListener("click", () => sort(at, sorted === at ? !descending : at === 2));
  });
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", event => {
    if (event.target === fields.sort) sort(Number(fields.sort.value), Number(fields.sort.value) === 2);
    filter();
  });
  form.addEventListener("reset", () => setTimeout(() => { sort(0, false); filter(); }));
  form.hidden = false;
  sort(0, false);
  filter();
})();
